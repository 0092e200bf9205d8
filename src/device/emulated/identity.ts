import { encode } from "../../codec/struct.js";
import { standardInquiryData } from "../mmc/inquiry.js";

/** CD/DVD device, as of SPC-3. */
const discDevice = 5;
const spc3 = 5;

/** The serial number of every emulated drive: they are all one. */
export const driveSerialNumber = "DISCSMITH-1";

/** Who the emulated drive says it is. */
export function inquiryReply(): Uint8Array {
  return encode(standardInquiryData, {
    peripheralDeviceType: discDevice,
    removableMedium: true,
    version: spc3,
    responseDataFormat: 2,
    additionalLength: standardInquiryData.size - 5,
    vendorIdentification: "DISCSMTH",
    productIdentification: "EMULATED DRIVE",
    productRevisionLevel: "1.00",
  });
}
