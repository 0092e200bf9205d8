/** Pages of INQUIRY that a drive on a network needs. SPC-4 "Vital product data parameters". */
import { u8, u16be } from "../../codec/integers.js";
import { bits, byte, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { encode, struct } from "../../codec/struct.js";
import { reserved, writeTextBytes } from "../../codec/text.js";
import { joinPieces, paddedBytes } from "./pdu.js";

/** What begins every page. */
export interface VitalProductDataHead {
  peripheralDeviceType: number;
  pageCode: number;
  /** Bytes that follow. */
  pageLength: number;
}

const clause = "SPC-4 Vital product data page format";

/** SPC-4 "Vital product data page format". */
const vitalProductDataHead: StructCodec<VitalProductDataHead> = struct<VitalProductDataHead>(
  "VitalProductDataPage",
  4,
  {
    _peripheralQualifier: reservedBits(0, 7, 5, clause),
    peripheralDeviceType: bits(0, 4, 0, clause),
    pageCode: byte(1, 1, u8, clause),
    pageLength: byte(2, 2, u16be, clause),
  },
);

/** What begins every designator of the Device Identification page. */
export interface DesignatorHead {
  protocolIdentifier: number;
  /** 2 ASCII, 3 UTF-8. */
  codeSet: number;
  /** 0: of the logical unit. */
  association: number;
  /** 1: begins with the vendor's T10 identification; 8: a name of SCSI. */
  designatorType: number;
  designatorLength: number;
}

const designator = "SPC-4 Designation descriptor";

/** SPC-4 "Designation descriptor", up to the designator. */
const designatorHead: StructCodec<DesignatorHead> = struct<DesignatorHead>("DesignationDescriptor", 4, {
  protocolIdentifier: bits(0, 7, 4, designator),
  codeSet: bits(0, 3, 0, designator),
  _piv: reservedBits(1, 7, 6, designator),
  association: bits(1, 5, 4, designator),
  designatorType: bits(1, 3, 0, designator),
  _reserved2: byte(2, 1, reserved(1), designator),
  designatorLength: byte(3, 1, u8, designator),
});

const cdDeviceType = 5;
/** The one logical unit, as names of logical units end. RFC 7143 4.2.7 and SPC-4 "SCSI name string designator format". */
const logicalUnitSuffix = ",L,0x0000000000000000";
const codeSets = { ascii: 2, utf8: 3 } as const;
const designatorTypes = { vendorIdentification: 1, scsiName: 8 } as const;

/** Who a served drive is. */
export interface DriveIdentity {
  /** Up to eight characters. */
  readonly vendor: string;
  readonly serialNumber: string;
  readonly targetName: string;
}

/** One page; `undefined` where there is none of that code. */
export function vitalProductDataPage(pageCode: number, identity: DriveIdentity): Uint8Array | undefined {
  const body = pageBodies.get(pageCode)?.(identity);
  if (body === undefined) return undefined;
  const target = new Uint8Array(vitalProductDataHead.size + body.length);
  const head = { peripheralDeviceType: cdDeviceType, pageCode, pageLength: body.length };
  vitalProductDataHead.write(head, target, 0);
  target.set(body, vitalProductDataHead.size);
  return target;
}

const pageBodies: ReadonlyMap<number, (identity: DriveIdentity) => Uint8Array> = new Map([
  // Supported Vital Product Data pages.
  [0x00, () => Uint8Array.from(pageBodies.keys())],
  // Unit Serial Number.
  [0x80, ({ serialNumber }: DriveIdentity) => textBytes(serialNumber)],
  // Device Identification.
  [0x83, deviceIdentification],
]);

function deviceIdentification({ vendor, serialNumber, targetName }: DriveIdentity): Uint8Array {
  const name = `${targetName}${logicalUnitSuffix}\0`;
  return joinPieces([
    designation(codeSets.ascii, designatorTypes.vendorIdentification, `${vendor.padEnd(8)}${serialNumber}`),
    // Zero bytes fill it up to a multiple of four.
    designation(codeSets.utf8, designatorTypes.scsiName, name.padEnd(paddedBytes(name.length), "\0")),
  ]);
}

function designation(codeSet: number, designatorType: number, text: string): Uint8Array {
  const head = { protocolIdentifier: 0, codeSet, association: 0, designatorType, designatorLength: text.length };
  return joinPieces([encode(designatorHead, head), textBytes(text)]);
}

function textBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  writeTextBytes(text, bytes, 0);
  return bytes;
}
