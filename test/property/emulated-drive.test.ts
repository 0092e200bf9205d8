import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import fc from "fast-check";
import { EmulatedDrive } from "../../src/device/emulated/drive.js";
import { mediaTypes } from "../../src/device/emulated/media.js";
import { brokenInvariant } from "../../src/device/emulated/medium-invariants.js";
import { decodeSidecar, encodeSidecar } from "../../src/device/emulated/sidecar.js";
import type { WritingKind } from "../../src/device/mmc/write-parameters-page.js";
import { writeParametersFor } from "../../src/device/mmc/write-parameters-page.js";
import { createDisc } from "../../src/device.js";
import { nodeFileAccess } from "../../src/host/node-file-access.js";
import { Bench } from "../device/emulated/support.js";

const capacityBlocks = 60_000;

/** A CD's pregap has addresses below zero: block 0 follows on FFFFFFFFh. */
const addresses = 2 ** 32;

/** What a host may do to a disc, sense or no sense. */
type Step =
  | {
      readonly do: "write";
      readonly where: "near" | "next" | "start";
      readonly offset: number;
      readonly blocks: number;
    }
  | { readonly do: "close"; readonly closeFunction: number; readonly track: number }
  | { readonly do: "blank" | "reserve"; readonly argument: number }
  | { readonly do: "format"; readonly type: number; readonly all: boolean; readonly subtype: number }
  | { readonly do: "select"; readonly kind: WritingKind; readonly keepDiscOpen: boolean; readonly testWrite: boolean }
  | { readonly do: "poll" | "reopen" | "sync" };

const small = fc.integer({ min: 0, max: 70 });
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("write" as const),
      where: fc.constantFrom("next" as const),
      offset: fc.constant(0),
      blocks: fc.constantFrom(16, 32, 320, 5),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("write" as const),
      where: fc.constantFrom("near" as const, "start" as const),
      offset: small,
      blocks: small,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("close" as const),
      closeFunction: fc.integer({ min: 0, max: 7 }),
      track: fc.integer({ min: 0, max: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("blank" as const), argument: fc.integer({ min: 0, max: 7 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("reserve" as const), argument: fc.integer({ min: 0, max: 400 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("format" as const),
      type: fc.constantFrom(0x00, 0x10, 0x13, 0x15, 0x26, 0x30, 0x31, 0x32),
      all: fc.boolean(),
      subtype: fc.integer({ min: 0, max: 2 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("select" as const),
      kind: fc.constantFrom<WritingKind>("cdTrackAtOnce", "dvdIncremental", "dvdDiscAtOnce"),
      keepDiscOpen: fc.boolean(),
      testWrite: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom("sync" as const, "sync" as const, "poll" as const, "reopen" as const) }),
  },
);

/** Where the drive says that the next block goes; 0 where it says nothing. */
async function nextAddress(bench: Bench): Promise<number> {
  const { lastTrackInLastSession } = await bench.disc();
  const track = await bench.track(lastTrackInLastSession).catch(() => undefined);
  return track?.nextWritableAddressValid === true ? track.nextWritableAddress! : 0;
}

/** A drive, and what was written with it: each block of one octet. */
class Course {
  readonly path: string;
  #bench: Bench;
  /** Blocks and their octets, as far as the drive said that they were written. */
  #written = new Map<number, number>();
  #octet = 0;
  #isTesting = false;

  constructor(path: string, bench: Bench) {
    this.path = path;
    this.#bench = bench;
  }

  static async begin(path: string, media: string): Promise<Course> {
    await createDisc(path, { media, capacityBlocks });
    return new Course(path, await Course.#open(path));
  }

  static async #open(path: string): Promise<Bench> {
    const drive = await EmulatedDrive.open(nodeFileAccess, path, {});
    await drive.reserve();
    return new Bench(drive, path);
  }

  async end(): Promise<void> {
    await this.#bench.drive[Symbol.asyncDispose]();
  }

  /** @returns What is wrong after the step. */
  async take(step: Step): Promise<string | undefined> {
    const outcome = await this.#take(step);
    if (!/^(ok|[1-7]\/..\/..)$/.test(outcome)) return `ended with ${outcome}`;
    const { medium } = this.#bench.drive;
    const broken = brokenInvariant(medium);
    if (broken !== undefined) return broken;
    const told = encodeSidecar(decodeSidecar(this.path, encodeSidecar(medium)));
    if (!Buffer.from(told).equals(encodeSidecar(medium))) return "the sidecar does not tell the disc again";
    return await this.#differs();
  }

  /** Every block that can be read is as it was written last. */
  async #differs(): Promise<string | undefined> {
    const blocks = [...this.#written];
    const step = Math.max(1, Math.floor(blocks.length / 8));
    for (let at = 0; at < blocks.length; at += step) {
      const [lba, octet] = blocks[at]!;
      const found = await this.#bench.octet(lba).catch(() => undefined);
      if (found !== undefined && found !== octet) return `block ${lba} has ${found}, written was ${octet}`;
    }
    return undefined;
  }

  async #take(step: Step): Promise<string> {
    const bench = this.#bench;
    switch (step.do) {
      case "write":
        return await this.#write(step);
      case "close":
        return await bench.close(step.closeFunction, step.track);
      case "reserve":
        return await bench.reserve(step.argument);
      case "blank":
        return this.#forgetting(await bench.blank(step.argument));
      case "format": {
        const typeDependentParameter = step.type < 0x10 || step.type === 0x31 ? 2048 : step.type < 0x26 ? 16 : 0;
        const changes = { typeDependentParameter, formatSubtype: step.subtype };
        const outcome = await bench.format(step.type, step.all ? 0xffff_ffff : 0, changes);
        return step.type === 0x13 || step.type === 0x32 ? outcome : this.#forgetting(outcome);
      }
      case "select": {
        const { kind, keepDiscOpen, testWrite } = step;
        const outcome = await bench.select(writeParametersFor(kind, { keepDiscOpen, testWrite }));
        if (outcome === "ok") this.#isTesting = testWrite;
        return outcome;
      }
      case "sync":
        return await bench.sync();
      case "poll":
        return await bench.ready();
      default: {
        await this.end();
        this.#bench = await Course.#open(this.path);
        this.#isTesting = false;
        return "ok";
      }
    }
  }

  #forgetting(outcome: string): string {
    if (outcome === "ok") this.#written.clear();
    return outcome;
  }

  async #write({ where, offset, blocks }: Step & { do: "write" }): Promise<string> {
    const next = await nextAddress(this.#bench);
    const lba = where === "next" ? next : where === "near" ? Math.max(0, next + offset - 35) % addresses : offset;
    this.#octet = (this.#octet % 255) + 1;
    const outcome = await this.#bench.write(lba, blocks, this.#octet);
    // Where the medium knows no test writing, the bit means nothing.
    const isTested = this.#isTesting && /^(cd|dvd-r)/.test(this.#bench.drive.medium.media.media);
    const isSequential = this.#bench.drive.medium.model === "sequential";
    if (outcome === "ok" && !(isTested && isSequential)) {
      for (let block = lba; block < lba + blocks; block++) this.#written.set(block % addresses, this.#octet);
    }
    return outcome;
  }
}

for (const media of mediaTypes) {
  test(`${media}: whatever is done to it, it stays a disc, and holds what was written`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "discsmith-device-"));
    t.teardown(() => rm(folder, { recursive: true, force: true }));
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 40 }), async (course) => {
        const disc = await Course.begin(join(folder, `disc-${run++}`), media);
        try {
          for (const [index, step] of course.entries()) {
            const wrong = await disc.take(step);
            if (wrong !== undefined) throw new Error(`step ${index + 1}, ${JSON.stringify(step)}: ${wrong}`);
          }
        } finally {
          await disc.end();
        }
      }),
      { numRuns: process.env.DISCSMITH_SLOW === "1" ? 600 : 25 },
    );
    t.pass();
  });
}
