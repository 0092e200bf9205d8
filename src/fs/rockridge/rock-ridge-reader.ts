/** Reads Rock Ridge. Rock Ridge Interchange Protocol (IEEE P1282) version 1.12, and 1.09 and 1.10 as they are found. */
import type { ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import type { Charset } from "../names/charset.js";
import { nameFromBytes } from "../names/name-bytes.js";
import type { FoundItemAttributes } from "../susp/attribute-list.js";
import { attributesOfComponents, componentsOf, noItemAttributes } from "../susp/attribute-list.js";
import type { ContinuationArea } from "../susp/entries.js";
import { extensionsReference, sharingProtocolIndicator } from "../susp/entries.js";
import type {
  ContinuationReader,
  EntryVisitor,
  ExtendedAttributes,
  SystemUseProtocol,
} from "../susp/system-use-reader.js";
import { signatureOf, visitEntries } from "../susp/system-use-reader.js";
import type { ItemType } from "../tree/node.js";
import type { ZisofsForm } from "../tree/zisofs-form.js";
import { zisofsEntry, zisofsEntryBytes } from "../zisofs/zisofs-entry.js";
import { AnnouncedCharset } from "./announced-charset.js";
import { attributeHeadBytes, attributeList } from "./attribute-entry.js";
import type { RockRidgeVersion } from "./entries.js";
import {
  alternateName,
  childLink,
  deviceNumber,
  fileTypeBits,
  posixAttributes,
  symbolicLink,
  timeStamps,
} from "./entries.js";

/** The types of item by their bits of the mode. RRIP 4.1.1. */
const typesByBits: ReadonlyMap<number, ItemType> = new Map(
  Object.entries(fileTypeBits).map(([type, bits]) => [bits, type as ItemType]),
);

/** The entries that are looked at. */
const signatures = {
  ER: signatureOf("ER"),
  SP: signatureOf("SP"),
  PX: signatureOf("PX"),
  PN: signatureOf("PN"),
  TF: signatureOf("TF"),
  NM: signatureOf("NM"),
  SL: signatureOf("SL"),
  CL: signatureOf("CL"),
  RE: signatureOf("RE"),
  ZF: signatureOf("ZF"),
  Z2: signatureOf("Z2"),
  SF: signatureOf("SF"),
  AL: signatureOf("AL"),
} as const;

/** The identifiers by which ER announces Rock Ridge, with the version each one means. */
const identifiers: ReadonlyMap<string, RockRidgeVersion> = new Map([
  ["RRIP_1991A", "1.10"],
  ["IEEE_P1282", "1.12"],
  ["IEEE_1282", "1.12"],
]);

/** CD-ROM XA attributes in front of the first entry. */
const extendedArchitectureBytes = 14;

/** How a volume uses Rock Ridge. */
export interface RockRidgeUse {
  /** Bytes to skip at the start of each record's system use area. */
  readonly bytesSkipped: number;
  /** The version that ER names; `null` where there is none, and PX alone shows that Rock Ridge is in use. */
  readonly version: RockRidgeVersion | null;
  /** The character set that the root's attributes name; `undefined` for none. */
  readonly charset: string | undefined;
}

/** Bytes before SP in the system use of the root; `undefined` where there is no SP. */
function placeOfIndicator(systemUse: Uint8Array): number | undefined {
  for (const at of [0, extendedArchitectureBytes]) {
    if (systemUse[at] === 0x53 && systemUse[at + 1] === 0x50 && systemUse.length >= at + 7) return at;
  }
  return undefined;
}

/**
 * Finds out whether Rock Ridge is in use, from the "." record of the root. SUSP 5.3, 5.5; RRIP 4.3.
 *
 * @throws {@link DiscError} E_FIELD_INVALID, E_READ_FAILED.
 */
export async function detectRockRidge(
  systemUse: Uint8Array,
  continuations: ContinuationReader,
  context: ReadContext,
  signal?: AbortSignal,
): Promise<RockRidgeUse | undefined> {
  const place = placeOfIndicator(systemUse);
  let version: RockRidgeVersion | null = null;
  let hasAttributes = false;
  let bytesSkipped = 0;
  const announced = new AnnouncedCharset();
  const visit: EntryVisitor = (signature, source, at, length) => {
    if (signature === signatures.SP && length >= sharingProtocolIndicator.size) {
      bytesSkipped = sharingProtocolIndicator.read(source, at, context).bytesSkipped;
    } else if (signature === signatures.ER && length >= 8) {
      const { identifier } = extensionsReference.read(source.subarray(0, at + length), at, context);
      version = identifiers.get(identifier) ?? version;
    } else if (signature === signatures.PX) {
      hasAttributes = true;
    } else if (signature === signatures.AL) {
      announced.add(source, at, length);
    }
  };
  const continuation = visitEntries(systemUse.subarray(place ?? 0), context, visit);
  if (continuation !== undefined) await continuations.visit(continuation, context, visit, signal);
  if (version === null && !hasAttributes) return undefined;
  if (place === undefined) {
    reportFault(context, "SP", "presence", "5.3", "is missing in the root, though Rock Ridge entries are there");
  }
  if (version === null) {
    reportFault(context, "ER", "presence", "5.5", "of Rock Ridge is missing, though its entries are there");
  }
  return { bytesSkipped, version, charset: announced.name };
}

/** Collects what the entries of one record say. */
class RockRidgeAttributes implements ExtendedAttributes {
  continuation: ContinuationArea | undefined;
  type: ItemType | undefined;
  mode: number | undefined;
  uid = 0;
  gid = 0;
  links = 1;
  serialNumber: number | undefined;
  mtimeMs: number | undefined;
  atimeMs: number | undefined;
  ctimeMs: number | undefined;
  major = 0;
  minor = 0;
  childLocation: number | undefined;
  relocated = false;
  encoding: string | undefined;
  zisofs: ZisofsForm | undefined;
  /** Pieces of the name; its last one was read where `nameComplete`. */
  nameBytes: Uint8Array | undefined;
  nameComplete = false;
  /** The target so far; `undefined` for what is no link. */
  targetBytes: Uint8Array | undefined;
  targetComplete = false;
  /** Whether the next component of the target is a new one, and needs a "/" before it. */
  needsSeparator = false;
  /** Component areas of the list of attributes; `undefined` where there is none. */
  attributeAreas: Uint8Array[] | undefined;
  attributesComplete = false;
  readonly #charset: Charset | undefined;

  constructor(charset: Charset | undefined) {
    this.#charset = charset;
  }

  #text(bytes: Uint8Array): string {
    return this.#charset === undefined ? nameFromBytes(bytes) : this.#charset.decode(bytes);
  }

  get name(): string | undefined {
    return this.nameBytes === undefined || this.nameBytes.length === 0 ? undefined : this.#text(this.nameBytes);
  }

  get target(): string | undefined {
    return this.targetBytes === undefined ? undefined : this.#text(this.targetBytes);
  }

  get hasItemAttributes(): boolean {
    return this.attributeAreas !== undefined;
  }

  itemAttributes(mode: number, context: ReadContext): FoundItemAttributes {
    if (this.attributeAreas === undefined) return noItemAttributes;
    if (!this.attributesComplete) {
      reportFault(context, "AL", "continuation", "AAIP 2.0 [4]", "is announced, and none follows");
    }
    const fault = (field: string, reason: string): void => reportFault(context, "AL", field, "AAIP 2.0", reason);
    return attributesOfComponents(componentsOf(this.attributeAreas, fault), mode, fault);
  }
}

function joined(left: Uint8Array | undefined, right: Uint8Array): Uint8Array {
  if (left === undefined || left.length === 0) return right;
  const both = new Uint8Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}

const componentTexts = {
  current: Uint8Array.of(0x2e),
  parent: Uint8Array.of(0x2e, 0x2e),
  root: Uint8Array.of(),
} as const;

const slash: Uint8Array = Uint8Array.of(0x2f);

type Reader = (
  attributes: RockRidgeAttributes,
  source: Uint8Array,
  at: number,
  length: number,
  context: ReadContext,
) => void;

const readPosixAttributes: Reader = (attributes, source, at, length, context) => {
  if (length < 36) {
    reportFault(context, "PX", "length", "4.1.1 [2]", `is ${length}, expected 36 or 44`);
    return;
  }
  const value = posixAttributes.read(source, at, context);
  attributes.mode = value.mode % 0o10000;
  attributes.type = typesByBits.get(value.mode - (value.mode % 0o10000));
  attributes.links = value.links;
  attributes.uid = value.uid;
  attributes.gid = value.gid;
  attributes.serialNumber = value.serialNumber;
};

const readTimes: Reader = (attributes, source, at, length, context) => {
  if (length < 5) {
    reportFault(context, "TF", "length", "4.1.6 [2]", `is ${length}, less than its head`);
    return;
  }
  const times = timeStamps.read(source, at, context);
  attributes.mtimeMs ??= times.modify;
  attributes.atimeMs ??= times.access;
  attributes.ctimeMs ??= times.attributes ?? times.creation;
};

const readName: Reader = (attributes, source, at, length, context) => {
  if (length < 5) {
    reportFault(context, "NM", "length", "4.1.4 [2]", `is ${length}, less than its head`);
    return;
  }
  if (attributes.nameComplete) {
    reportFault(context, "NM", "continuation", "4.1.4 [4]", "comes after the name has ended");
    return;
  }
  const piece = alternateName.read(source, at, context);
  attributes.nameComplete = !piece.continues;
  if (piece.special === undefined) attributes.nameBytes = joined(attributes.nameBytes, piece.name);
};

const readTarget: Reader = (attributes, source, at, length, context) => {
  if (length < 5) {
    reportFault(context, "SL", "length", "4.1.3 [2]", `is ${length}, less than its head`);
    return;
  }
  if (attributes.targetComplete) {
    reportFault(context, "SL", "continuation", "4.1.3 [4]", "comes after the target has ended");
    return;
  }
  const piece = symbolicLink.read(source.subarray(0, at + length), at, context);
  attributes.targetComplete = !piece.continues;
  let target = attributes.targetBytes ?? new Uint8Array(0);
  for (const component of piece.components) {
    if (attributes.needsSeparator) target = joined(target, slash);
    const text = component.kind === "name" ? component.text : componentTexts[component.kind];
    // The root is an empty component, and the only one that is a "/" when it stands alone.
    target = joined(target, component.kind === "root" ? slash : text);
    attributes.needsSeparator = component.kind !== "root" && !component.continues;
  }
  attributes.targetBytes = target;
};

const readDevice: Reader = (attributes, source, at, length, context) => {
  if (length < deviceNumber.size) {
    reportFault(context, "PN", "length", "4.1.2 [2]", `is ${length}, expected 20`);
    return;
  }
  const { high, low } = deviceNumber.read(source, at, context);
  // Linux reads both numbers out of the low half where the high one is 0, as old mkisofs wrote them.
  const packed = high === 0 && low > 0xff;
  attributes.major = packed ? Math.floor(low / 0x100) : high;
  attributes.minor = packed ? low % 0x100 : low;
};

const readAttributeList: Reader = (attributes, source, at, length, context) => {
  if (length < attributeHeadBytes) {
    reportFault(context, "AL", "length", "AAIP 2.0 [2]", `is ${length}, less than its head`);
    return;
  }
  if (attributes.attributesComplete) {
    reportFault(context, "AL", "continuation", "AAIP 2.0 [4]", "comes after the list has ended");
    return;
  }
  const piece = attributeList.read(source, at, context);
  attributes.attributesComplete = !piece.continues;
  attributes.attributeAreas ??= [];
  // The area is the reader's, which fills it anew.
  attributes.attributeAreas.push(piece.components.slice());
};

const readZisofs: Reader = (attributes, source, at, length, context) => {
  if (length < zisofsEntryBytes) {
    reportFault(context, "ZF", "length", "zisofs, ZF [2]", `is ${length}, expected ${zisofsEntryBytes}`);
    return;
  }
  attributes.zisofs ??= zisofsEntry.read(source, at, context);
};

const readers: ReadonlyMap<number, Reader> = new Map<number, Reader>([
  [signatures.PX, readPosixAttributes],
  [signatures.TF, readTimes],
  [signatures.NM, readName],
  [signatures.SL, readTarget],
  [signatures.PN, readDevice],
  [signatures.AL, readAttributeList],
  [
    signatures.CL,
    (attributes, source, at, length, context) => {
      if (length < childLink.size) reportFault(context, "CL", "length", "4.1.5.1 [2]", `is ${length}, expected 12`);
      else attributes.childLocation = childLink.read(source, at, context).location;
    },
  ],
  [
    signatures.RE,
    (attributes) => {
      attributes.relocated = true;
    },
  ],
  [signatures.ZF, readZisofs],
  [signatures.Z2, readZisofs],
  [
    signatures.SF,
    (attributes) => {
      attributes.encoding = "recorded as a sparse file";
    },
  ],
]);

/** Makes the protocol by which the records of a volume with Rock Ridge are read. */
export function rockRidgeProtocol(
  use: RockRidgeUse,
  continuations: ContinuationReader,
  charset?: Charset,
): SystemUseProtocol {
  const visitor =
    (attributes: RockRidgeAttributes, context: ReadContext): EntryVisitor =>
    (signature, source, at, length) =>
      readers.get(signature)?.(attributes, source, at, length, context);
  return {
    attributes(systemUse, context) {
      const attributes = new RockRidgeAttributes(charset);
      const skipped = placeOfIndicator(systemUse) ?? use.bytesSkipped;
      const area = skipped === 0 ? systemUse : systemUse.subarray(skipped);
      attributes.continuation = visitEntries(area, context, visitor(attributes, context));
      return attributes;
    },
    async complete(attributes, context, signal) {
      const { continuation } = attributes;
      attributes.continuation = undefined;
      if (continuation === undefined || !(attributes instanceof RockRidgeAttributes)) return;
      await continuations.visit(continuation, context, visitor(attributes, context), signal);
    },
  };
}
