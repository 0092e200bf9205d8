/** Reads what is of use in extended attributes. ECMA-167, 3rd edition, 4/14.10; OSTA UDF 3.3.4. */
import type { ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import { textFromBytes } from "../../codec/text.js";
import {
  attributeHead,
  attributesHeadChecksum,
  attributeTypes,
  deviceSpecification,
  extendedAttributeHeader,
  fileTimes,
  implementationUse,
  listIdentifier,
} from "./extended-attributes.js";
import { tagIdentifierAt, tagIdentifiers } from "./tag.js";

/** What extended attributes say. */
export interface FoundAttributes {
  readonly device: { readonly major: number; readonly minor: number } | undefined;
  /** Milliseconds since 1970; `null` where it is not specified, `undefined` where there is no such attribute. */
  readonly creationMs: number | null | undefined;
  /** Component records of AAIP, in the attributes that hold them. */
  readonly lists: readonly Uint8Array[];
}

const noLists: readonly Uint8Array[] = [];

/** An item without extended attributes. */
export const noFoundAttributes: FoundAttributes = { device: undefined, creationMs: undefined, lists: noLists };

/** Bytes of a device specification before its implementation use. ECMA-167 4/14.10.7. */
const deviceHeadBytes = 24;

/** Where the text of the identifier begins in an attribute for implementation use. ECMA-167 1/7.4.2, 4/14.10.8.6. */
const identifierAt = 17;

/**
 * Reads an area of extended attributes. Attributes of kinds that nothing is made of are passed over; where one is
 * damaged, the rest of the area is.
 */
export function readAttributes(area: Uint8Array, context: ReadContext): FoundAttributes {
  const fault = (field: string, clause: string, reason: string): void =>
    reportFault(context, "ExtendedAttribute", field, clause, reason);
  let device: FoundAttributes["device"];
  let creationMs: FoundAttributes["creationMs"];
  let lists: Uint8Array[] | undefined;
  if (tagIdentifierAt(area, 0) !== tagIdentifiers.extendedAttributeHeaderDescriptor) {
    if (area.some((octet) => octet !== 0)) fault("header", "4/14.10.1", "is missing; none of them is read");
    return noFoundAttributes;
  }
  for (let at = extendedAttributeHeader.size; at + attributeHead.size <= area.length; ) {
    const { attributeType, attributeLength } = attributeHead.read(area, at, context);
    // The area may end in bytes that were left for more.
    if (attributeType === 0 && attributeLength === 0) break;
    if (attributeLength < attributeHead.size || at + attributeLength > area.length) {
      fault("attributeLength", "4/14.10.2.4", `is ${attributeLength} at byte ${at} of ${area.length}`);
      break;
    }
    const attribute = area.subarray(at, at + attributeLength);
    if (attributeType === attributeTypes.deviceSpecification && attributeLength >= deviceHeadBytes) {
      const whole = new Uint8Array(deviceSpecification.size);
      whole.set(attribute.subarray(0, deviceSpecification.size));
      const { majorDeviceIdentification, minorDeviceIdentification } = deviceSpecification.read(whole, 0, context);
      device = { major: majorDeviceIdentification, minor: minorDeviceIdentification };
    } else if (attributeType === attributeTypes.fileTimes && attributeLength >= 20) {
      creationMs = fileTimes.read(attribute, 0, context).creationTime;
    } else if (attributeType === attributeTypes.implementationUse && attributeLength >= implementationUse.size) {
      const components = componentRecords(attribute, context);
      if (components !== undefined) lists = [...(lists ?? []), components];
    }
    at += attributeLength;
  }
  return { device, creationMs, lists: lists ?? noLists };
}

/** What an attribute for implementation use holds, where it is of this kind. */
function componentRecords(attribute: Uint8Array, context: ReadContext): Uint8Array | undefined {
  if (textFromBytes(attribute, identifierAt, listIdentifier.length + 1) !== `${listIdentifier}\0`) return undefined;
  const head = implementationUse.read(attribute, 0, context);
  const fault = (field: string, reason: string): void =>
    reportFault(context, "ImplementationUse", field, "UDF 3.3.4.5", reason);
  const wanted = attributesHeadChecksum.of(attribute, 0);
  if (head.headerChecksum !== wanted) fault("headerChecksum", `is ${head.headerChecksum}, expected ${wanted}`);
  const end = attributesHeadChecksum.at + head.implementationUseLength;
  if (end < implementationUse.size || end > attribute.length) {
    fault(
      "implementationUseLength",
      `is ${head.implementationUseLength}, in an attribute of ${attribute.length} bytes`,
    );
  }
  return attribute.subarray(implementationUse.size, end);
}
