/** Reads and compares the volume descriptor sequences. ECMA-167, 3rd edition, 3/8.4.2, 3/8.4.3; OSTA UDF 2, 2.2.3. */
import { strictContext } from "../../codec/codec.js";
import { readU32le } from "../../codec/integers.js";
import { hasCode } from "../../errors.js";
import type { ExtentDescriptor } from "../udf/allocation.js";
import { logicalVolumeHead } from "../udf/logical-volume.js";
import { checkTag, tagIdentifiers } from "../udf/tag.js";
import { volumeDescriptorBytes } from "../udf/volume.js";
import type { UdfChecking } from "./udf-checking.js";
import { isZero } from "./udf-checking.js";
import { identifierText } from "./udf-identifiers.js";
import type { UdfPlace } from "./udf-report.js";
import { checkDescriptorTag, claimedIdentifier } from "./udf-tags.js";

/** Extents of one sequence that are followed, and descriptors of each that are looked at. */
const maximumExtents = 64;
const maximumDescriptors = 4096;

/** The longest descriptor: tables may be longer than a block. */
const maximumDescriptorBytes = 1024 * 1024;

/** One descriptor of a sequence. */
export interface SequenceDescriptor {
  readonly tagIdentifier: number;
  readonly location: number;
  /** The highest one prevails. */
  readonly number: number;
  /** Whether its tag vouches for its bytes: readers pass over others. */
  readonly isSound: boolean;
  /** Its bytes, and no others. */
  readonly data: Uint8Array;
  readonly place: UdfPlace;
}

/** What a sequence holds. */
export interface CheckedSequence {
  readonly extent: ExtentDescriptor;
  readonly descriptors: readonly SequenceDescriptor[];
}

const names: ReadonlyMap<number, string> = new Map([
  [tagIdentifiers.primaryVolumeDescriptor, "primary volume descriptor"],
  [tagIdentifiers.volumeDescriptorPointer, "volume descriptor pointer"],
  [tagIdentifiers.implementationUseVolumeDescriptor, "implementation use volume descriptor"],
  [tagIdentifiers.partitionDescriptor, "partition descriptor"],
  [tagIdentifiers.logicalVolumeDescriptor, "logical volume descriptor"],
  [tagIdentifiers.unallocatedSpaceDescriptor, "unallocated space descriptor"],
  [tagIdentifiers.terminatingDescriptor, "terminating descriptor"],
]);

/** Identifier of the one implementation use volume descriptor that UDF asks for. OSTA UDF 2.2.7. */
export const volumeInformationIdentifier = "*UDF LV Info";

/** Length of the descriptor at the head of a block. */
function bytesOf(tagIdentifier: number, data: Uint8Array): number {
  if (tagIdentifier === tagIdentifiers.logicalVolumeDescriptor) return logicalVolumeHead.size + readU32le(data, 264);
  if (tagIdentifier === tagIdentifiers.unallocatedSpaceDescriptor) return 24 + 8 * readU32le(data, 20);
  return volumeDescriptorBytes;
}

function isTagSound(data: Uint8Array, end: number, tagIdentifier: number, tagLocation: number): boolean {
  try {
    checkTag(data, 0, end, { tagIdentifier, tagLocation }, strictContext);
    return true;
  } catch (error) {
    if (!hasCode(error, "E_FIELD_INVALID")) throw error;
    return false;
  }
}

/** Reads one sequence. */
class SequenceReading {
  readonly descriptors: SequenceDescriptor[] = [];
  readonly #checking: UdfChecking;
  readonly #name: string;

  constructor(checking: UdfChecking, name: string) {
    this.#checking = checking;
    this.#name = name;
  }

  async read(extent: ExtentDescriptor): Promise<void> {
    const seen = new Set<number>();
    const place = { address: this.#checking.addressOf(extent.extentLocation) };
    for (let next: ExtentDescriptor | "end" | undefined = extent; next !== "end"; ) {
      if (next === undefined || next.extentLength === 0) {
        this.#checking.report("UDF_VDS_TERMINATOR", place, `the ${this.#name} sequence has no end`);
        break;
      }
      if (seen.has(next.extentLocation) || seen.size >= maximumExtents) {
        this.#checking.report("UDF_VDS_DESCRIPTOR", place, `the ${this.#name} sequence leads back to where it was`);
        break;
      }
      seen.add(next.extentLocation);
      next = await this.#extent(next);
    }
  }

  /** @returns Where the sequence goes on; "end" where it ends as it should. */
  async #extent(extent: ExtentDescriptor): Promise<ExtentDescriptor | "end" | undefined> {
    const { blockBytes, report } = this.#checking;
    const blocks = Math.min(Math.floor(extent.extentLength / blockBytes), maximumDescriptors);
    for (let index = 0; index < blocks; ) {
      this.#checking.throwIfCancelled();
      const location = extent.extentLocation + index;
      const address = this.#checking.addressOf(location);
      const data = await this.#checking.read(address, blockBytes, `${this.#name} volume descriptor sequence`);
      if (data === undefined || isZero(data, 0, data.length)) return undefined;
      const found = await this.#descriptor(data, location, (blocks - index) * blockBytes);
      if (found === undefined) {
        report("UDF_VDS_DESCRIPTOR", { address }, `the ${this.#name} sequence has something else in it`);
        index++;
        continue;
      }
      if (found.tagIdentifier === tagIdentifiers.terminatingDescriptor) return "end";
      if (found.tagIdentifier === tagIdentifiers.volumeDescriptorPointer) {
        report("UDF_VDS_POINTER", { address }, `the ${this.#name} sequence goes on elsewhere`);
        return { extentLength: readU32le(found.data, 20), extentLocation: readU32le(found.data, 24) };
      }
      this.descriptors.push(found);
      index += Math.ceil(found.data.length / blockBytes);
    }
    return undefined;
  }

  async #descriptor(block: Uint8Array, location: number, roomBytes: number): Promise<SequenceDescriptor | undefined> {
    const tagIdentifier = claimedIdentifier(block);
    const name = names.get(tagIdentifier);
    if (name === undefined) return undefined;
    const { blockBytes } = this.#checking;
    const place = { address: this.#checking.addressOf(location) };
    const stated = bytesOf(tagIdentifier, block);
    const bytes = Math.min(stated, roomBytes, maximumDescriptorBytes);
    const end = Math.ceil(bytes / blockBytes) * blockBytes;
    const whole = end > block.length ? await this.#checking.read(place.address, end, name) : block;
    if (whole === undefined) return undefined;
    const tagged = { name: `${this.#name} ${name}`, tagIdentifier, location, data: whole, at: 0, bytes, end, place };
    checkDescriptorTag(this.#checking, tagged);
    const isSound = stated === bytes && isTagSound(whole, bytes, tagIdentifier, location);
    return { tagIdentifier, location, number: readU32le(whole, 16), isSound, data: whole.slice(0, bytes), place };
  }
}

/** Reads a sequence, and checks the tags of what is in it. */
export async function readSequence(
  checking: UdfChecking,
  extent: ExtentDescriptor,
  name: "main" | "reserve",
): Promise<CheckedSequence> {
  const reading = new SequenceReading(checking, name);
  await reading.read(extent);
  return { extent, descriptors: reading.descriptors };
}

/** What descriptors of one kind are told apart by: of those with the same key, the newest prevails. ECMA-167 3/8.4.3. */
function keyOf({ tagIdentifier, data }: SequenceDescriptor): string {
  if (tagIdentifier === tagIdentifiers.partitionDescriptor) return `partition ${data[22]! + data[23]! * 0x100}`;
  if (tagIdentifier === tagIdentifiers.implementationUseVolumeDescriptor) return `use "${identifierText(data, 20)}"`;
  return String(tagIdentifier);
}

function isNewer(one: SequenceDescriptor, other: SequenceDescriptor): boolean {
  return one.isSound === other.isSound ? one.number >= other.number : one.isSound;
}

/** The descriptors of a sequence that prevail, by what they are. */
export class PrevailingDescriptors {
  readonly #byKey: ReadonlyMap<string, SequenceDescriptor>;

  constructor({ descriptors }: CheckedSequence) {
    const byKey = new Map<string, SequenceDescriptor>();
    for (const descriptor of descriptors) {
      const known = byKey.get(keyOf(descriptor));
      if (known === undefined || isNewer(descriptor, known)) byKey.set(keyOf(descriptor), descriptor);
    }
    this.#byKey = byKey;
  }

  get keys(): readonly string[] {
    return [...this.#byKey.keys()];
  }

  get(key: string): SequenceDescriptor | undefined {
    return this.#byKey.get(key);
  }

  one(tagIdentifier: number): SequenceDescriptor | undefined {
    return this.#byKey.get(String(tagIdentifier));
  }

  get information(): SequenceDescriptor | undefined {
    return this.#byKey.get(`use "${volumeInformationIdentifier}"`);
  }

  /** All partition descriptors. */
  get partitions(): readonly SequenceDescriptor[] {
    return [...this.#byKey.values()].filter(
      ({ tagIdentifier }) => tagIdentifier === tagIdentifiers.partitionDescriptor,
    );
  }
}

/** Bytes in which equivalent descriptors may differ: checksum, CRC and location of the tag. ECMA-167 3/8.4.2.2. */
function mayDiffer(index: number): boolean {
  return index === 4 || index === 8 || index === 9 || (index >= 12 && index < 16);
}

function firstDifference(one: Uint8Array, other: Uint8Array): number | undefined {
  const length = Math.max(one.length, other.length);
  for (let index = 0; index < length; index++) if (one[index] !== other[index] && !mayDiffer(index)) return index;
  return undefined;
}

/** What tells primary and logical volume descriptors from others of their kind: names of their volumes. ECMA-167 3/8.4.3. */
function nameOfVolume({ tagIdentifier, data }: SequenceDescriptor): string | undefined {
  if (tagIdentifier === tagIdentifiers.logicalVolumeDescriptor) return data.subarray(84, 212).join();
  if (tagIdentifier !== tagIdentifiers.primaryVolumeDescriptor) return undefined;
  return [...data.subarray(24, 56), ...data.subarray(72, 200)].join();
}

/** Reports descriptors of one sequence that have the same number, and such as prevail beside another one. */
export function checkNumbers({ report }: UdfChecking, { descriptors }: CheckedSequence): void {
  const volumes = new Map<number, SequenceDescriptor>();
  for (const descriptor of descriptors) {
    const name = nameOfVolume(descriptor);
    const before = volumes.get(descriptor.tagIdentifier);
    volumes.set(descriptor.tagIdentifier, descriptor);
    if (before === undefined || name === undefined || name === nameOfVolume(before)) continue;
    const shown = `${before.location} and ${descriptor.location}`;
    report("UDF_VDS_MULTIPLE", descriptor.place, `the descriptors at ${shown} are those of two volumes`);
  }
  const known = new Map<number, SequenceDescriptor>();
  for (const descriptor of descriptors) {
    const before = known.get(descriptor.number);
    known.set(descriptor.number, descriptor);
    if (before === undefined || firstDifference(before.data, descriptor.data) === undefined) continue;
    const shown = `${before.location} and ${descriptor.location}`;
    report("UDF_VDS_NUMBER", descriptor.place, `the descriptors at ${shown} both have number ${descriptor.number}`);
  }
}

/** Reports where the descriptors that prevail in the two sequences are not equivalent. */
export function compareSequences(
  { report }: UdfChecking,
  main: PrevailingDescriptors,
  reserve: PrevailingDescriptors,
  mainPlace: UdfPlace,
): void {
  for (const key of new Set([...main.keys, ...reserve.keys])) {
    const [one, other] = [main.get(key), reserve.get(key)];
    const found = one ?? other!;
    const name = names.get(found.tagIdentifier) ?? "descriptor";
    if (one === undefined || other === undefined) {
      const message = `the ${name} is in the ${one === undefined ? "reserve" : "main"} sequence alone`;
      report("UDF_VDS_DIFFERS", one === undefined ? mainPlace : found.place, message);
      continue;
    }
    const at = firstDifference(one.data, other.data);
    if (at === undefined) continue;
    const message = `the ${name} at ${one.location} and its copy at ${other.location} differ from byte ${at} on`;
    report("UDF_VDS_DIFFERS", one.place, message);
  }
}
