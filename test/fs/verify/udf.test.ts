/** Images with one fault each: verifying finds that one, and no other. */
import test from "ava";
import { DiscError } from "../../../src/errors.js";
import { udfRules } from "../../../src/fs/verify/udf-report.js";
import { verifyImage } from "../../../src/fs/verify/verify.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import { UdfEditor } from "../../support/udf-editor.js";
import { udfImage, udfImageNames } from "../../support/udf-images.js";
import type { UdfMutation } from "../../support/udf-mutations.js";
import { directoryMutations } from "../../support/udf-mutations-directories.js";
import { entryMutations } from "../../support/udf-mutations-entries.js";
import { logicalMutations } from "../../support/udf-mutations-logical.js";
import { partitionMutations } from "../../support/udf-mutations-partitions.js";
import { volumeMutations } from "../../support/udf-mutations-volume.js";

/** An image in memory, some blocks of which cannot be read. */
class DamagedSource extends MemorySource {
  readonly #unreadable: ReadonlySet<number>;

  constructor(bytes: Uint8Array, unreadable: ReadonlySet<number>) {
    super(bytes);
    this.#unreadable = unreadable;
  }

  override async read(lba: number, count: number, into: Uint8Array): Promise<void> {
    for (let block = lba; block < lba + count; block++) {
      if (!this.#unreadable.has(block)) continue;
      throw new DiscError("E_READ_FAILED", `block ${block} cannot be read`, { lba: block, blocks: 1 });
    }
    await super.read(lba, count, into);
  }
}

const mutations: readonly UdfMutation[] = [
  ...volumeMutations,
  ...partitionMutations,
  ...logicalMutations,
  ...entryMutations,
  ...directoryMutations,
];

for (const name of udfImageNames) {
  test(`an image that is changed below has no finding: ${name}`, async (t) => {
    const { findings } = await verifyImage(new MemorySource(await udfImage(name)));
    t.deepEqual(findings, []);
  });
}

for (const { rule, image, what, change, also = [] } of mutations) {
  test(`${rule}, in ${image}${what === undefined ? "" : `: ${what}`}`, async (t) => {
    const editor = new UdfEditor(await udfImage(image));
    await change(editor);
    const { findings } = await verifyImage(new DamagedSource(editor.bytes, editor.unreadable));
    const names = new Set(findings.map(({ name }) => name));
    t.deepEqual([...names].sort(), [rule, ...also].sort(), JSON.stringify(findings.slice(0, 5), null, 1));
    const found = findings.filter(({ name }) => name === rule);
    const { severity, clause } = udfRules.get(rule)!;
    t.true(found.every((finding) => finding.severity === severity && finding.message.endsWith(`(${clause})`)));
    t.true(found.every(({ lba }) => lba !== null));
  });
}

test("what is not in use in a metadata file need not be the same in its mirror", async (t) => {
  const editor = new UdfEditor(await udfImage("2.50"));
  editor.block(editor.metadataStarts[1]! + 95).fill(1);
  t.deepEqual((await verifyImage(new MemorySource(editor.bytes))).findings, []);
});

test("every rule has an image that breaks it", (t) => {
  const broken = new Set(mutations.map(({ rule }) => rule));
  t.deepEqual(
    [...udfRules.keys()].filter((name) => !broken.has(name)),
    [],
  );
});
