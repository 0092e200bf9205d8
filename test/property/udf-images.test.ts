/** Random trees in UDF: what is written is what is read, in every revision and structure, from any block. */
import test from "ava";
import fc from "fast-check";
import type { DiscImage } from "../../src/fs/image/disc-image.js";
import { FileSystemImage } from "../../src/fs/image/file-system-image.js";
import { openImage } from "../../src/fs/image/open-image.js";
import type { ImageOptions } from "../../src/fs/image/options.js";
import type { DiscEntry } from "../../src/fs/tree/disc-entry.js";
import { revisionNumber } from "../../src/fs/udf/revision.js";
import { verifyImage } from "../../src/fs/verify/verify.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import { blockBytes } from "../../src/units.js";
import { differences, imageListing, treeListing } from "../support/listing.js";
import { bytesOf, makeImage } from "../support/made-image.js";
import { holds } from "../support/properties.js";
import {
  anyUdfOptions,
  anyUdfTree,
  expectedUdfListing,
  fillFromUdfPlan,
  foundUdfListing,
  udfDifferences,
} from "../support/udf-trees.js";
import { everything } from "../support/verdicts.js";

const isSlow = process.env.DISCSMITH_SLOW === "1";

function throwAll(found: readonly string[]): void {
  if (found.length > 0) throw new Error(found.join("\n"));
}

/** What the volume says of itself against what was asked for and what is in it. */
function checkVolume(
  image: DiscImage,
  options: ImageOptions,
  entries: readonly DiscEntry[],
  listing: Record<string, { readonly type: string; readonly times: readonly (number | null)[] }>,
): void {
  const { udf } = image.session;
  if (udf?.integrity === undefined) throw new Error("there is no integrity descriptor");
  const { integrity, vat, partitions } = udf;
  const items = Object.values(listing);
  const directories = items.filter(({ type }) => type === "directory").length + 1;
  const newest = Math.max(...items.flatMap(({ times }) => times.slice(0, 3)).map((timeMs) => timeMs ?? 0));
  const isMetadata = Number(options.udfRevision) >= 2.5;
  const kinds = options.udfVirtual ? ["type1", "virtual"] : isMetadata ? ["type1", "metadata"] : ["type1"];
  const said = {
    udfRevision: udf.udfRevision,
    descriptorVersion: udf.descriptorVersion,
    name: udf.logicalVolumeIdentifier,
    kinds: partitions.map(({ kind }) => kind),
    type: integrity.type,
    files: vat?.files ?? integrity.files,
    directories: vat?.directories ?? integrity.directories,
    minimumReadRevision: integrity.minimumReadRevision,
    isNotOlder: (integrity.recordedMs ?? 0) >= newest,
    idsAreBelow: entries.every(
      ({ serialNumber }) => BigInt(serialNumber ?? -1) < (vat?.uniqueId ?? integrity.nextUniqueId),
    ),
  };
  const number = revisionNumber(options.udfRevision!);
  const expected = {
    udfRevision: number,
    descriptorVersion: number >= 0x0200 ? 3 : 2,
    name: options.volumeName ?? "DISC",
    kinds,
    type: options.udfVirtual ? "open" : "closed",
    files: items.length + 1 - directories,
    directories,
    minimumReadRevision: Math.min(number, 0x0250),
    isNotOlder: true,
    idsAreBelow: true,
  };
  if (JSON.stringify(said) !== JSON.stringify(expected)) {
    throw new Error(`${JSON.stringify(said)}, expected ${JSON.stringify(expected)}`);
  }
}

/** Asserts that hard links are one file entry, and that nothing else shares one; returns how many there are. */
function checkLinks(entries: readonly DiscEntry[]): number {
  const pathsById = new Map<number | undefined, string[]>();
  for (const { serialNumber, path } of entries) {
    pathsById.set(serialNumber, [...(pathsById.get(serialNumber) ?? []), path]);
  }
  for (const { path, serialNumber, links, type, streams } of entries) {
    if (serialNumber === undefined || serialNumber < 16) throw new Error(`"${path}" has the id ${serialNumber}`);
    const together = pathsById.get(serialNumber)!;
    const wanted = type === "directory" ? 1 : links - (streams.length > 0 ? 1 : 0);
    if (together.length !== wanted) throw new Error(`${wanted} links, and ${together.join(", ")}`);
  }
  return entries.length - pathsById.size;
}

/** Asserts that contents lie where those of ISO 9660 do, or, embedded, in their file entries. */
function checkPlaces(entries: readonly DiscEntry[], rockRidge: readonly DiscEntry[], options: ImageOptions): void {
  const room = Number(options.udfRevision) >= 2 ? 2048 - 216 : 2048 - 176 - 24 - 32;
  // A device that UDF does not hold may have the name there that a file has here, whose own UDF cannot hold.
  const files = rockRidge.filter((entry) => entry.type === "file");
  const elsewhere = new Map(files.map(({ path, extents }) => [path, JSON.stringify(extents)]));
  for (const { type, bytes, path, extents } of entries) {
    if (type !== "file" || bytes === 0) continue;
    const isEmbedded = extents.some(({ offset }) => offset !== undefined);
    if (isEmbedded !== (options.udfEmbedFiles === true && bytes <= room)) {
      throw new Error(`"${path}" of ${bytes} bytes: embedded ${isEmbedded}`);
    }
    const [place, other] = [JSON.stringify(extents), elsewhere.get(path)];
    if (other !== undefined && other !== place) throw new Error(`"${path}" lies in ${place} and ${other}`);
  }
}

async function entriesOf(image: DiscImage): Promise<DiscEntry[]> {
  const entries: DiscEntry[] = [];
  for await (const entry of image.walk()) entries.push(entry);
  return entries;
}

test("random trees are read as they were written", async (t) => {
  let links = 0;
  await holds(
    fc.asyncProperty(anyUdfTree, anyUdfOptions, async (plan, options) => {
      const { image, bytes } = await makeImage((root) => fillFromUdfPlan(root, plan), options);
      if ((bytes.length / blockBytes) % 32 !== 0) throw new Error("the session ends within a write unit of BD");
      const source = new MemorySource(bytes);
      const warnings: string[] = [];
      const onWarning = ({ message }: Error): unknown => warnings.push(message);
      const opened = await openImage(source, { fileSystem: "udf", onWarning });
      const expected = await expectedUdfListing(image.root, options);
      throwAll(udfDifferences(await foundUdfListing(opened, source), expected));
      throwAll(warnings);
      const entries = await entriesOf(opened);
      checkVolume(opened, options, entries, expected);
      links += checkLinks(entries);
      if (options.fileSystems?.includes("rockridge")) {
        const rockRidge = await openImage(source, { fileSystem: "rockridge" });
        throwAll(differences(await imageListing(rockRidge), await treeListing(image.root), everything));
        checkPlaces(entries, await entriesOf(rockRidge), options);
      } else {
        checkPlaces(entries, [], options);
      }
      if (options.fileSystems?.includes("iso")) {
        // A file may have been made after it was last modified, as copies are; and random times lie in the future, too.
        const odd = ["UDF_ENTRY_TIMES", "UDF_TIME_FUTURE"];
        const { findings } = await verifyImage(source);
        throwAll(findings.filter(({ name }) => !odd.includes(name)).map(({ message }) => message));
      }
    }),
    { numRuns: isSlow ? 1500 : 150 },
  );
  t.true(links > 0);
});

test("any run of blocks rendered alone is what it is in the whole", async (t) => {
  const runs = fc.array(fc.tuple(fc.nat(), fc.nat(40)), { maxLength: 12 });
  await holds(
    fc.asyncProperty(anyUdfTree, anyUdfOptions, runs, async (plan, options, given) => {
      const image = new FileSystemImage({ ...options, sourceDateEpoch: 1_700_000_000 });
      fillFromUdfPlan(image.root, plan);
      await using result = await image.createResultImage();
      const whole = await bytesOf(result);
      // Runs that begin in the structures, among the metadata, and at the very end.
      const metadata = result.plan.regions.find(({ region }) => region.kind === "udfMetadata")!;
      const near = given.map(([from, length]) => [metadata.lba + (from % metadata.region.blocks), length % 8] as const);
      for (const [from, length] of [...given, ...near, [result.blocks - 4, 3] as const]) {
        const first = from % result.blocks;
        const count = Math.min(length + 1, result.blocks - first);
        const into = new Uint8Array(count * blockBytes).fill(0xaa);
        await result.read(first, count, into);
        const expected = whole.subarray(first * blockBytes, (first + count) * blockBytes);
        if (!expected.equals(into)) throw new Error(`blocks ${first} to ${first + count - 1} differ`);
      }
    }),
    { numRuns: isSlow ? 300 : 60 },
  );
  t.pass();
});

test("the order in which items were added does not matter", async (t) => {
  const shuffled = anyUdfTree.chain((plan) => {
    const { length } = plan.tree;
    return fc.tuple(fc.constant(plan), fc.shuffledSubarray([...plan.tree], { minLength: length, maxLength: length }));
  });
  await holds(
    fc.asyncProperty(shuffled, anyUdfOptions, async ([plan, otherOrder], options) => {
      const fixed = { ...options, sourceDateEpoch: 1_700_000_000 };
      const one = await makeImage((root) => fillFromUdfPlan(root, plan), fixed);
      const other = await makeImage((root) => fillFromUdfPlan(root, { ...plan, tree: otherOrder }), fixed);
      if (!one.bytes.equals(other.bytes)) throw new Error("the images differ");
    }),
    { numRuns: isSlow ? 300 : 40 },
  );
  t.pass();
});
