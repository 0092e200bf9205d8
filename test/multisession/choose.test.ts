import test from "ava";
import fc from "fast-check";
import type { ImportSource } from "../../src/medium/import-source.js";
import { chooseMultisession } from "../../src/multisession/choose.js";
import type { MultisessionRandomWrite, MultisessionSequential } from "../../src/multisession/interfaces.js";

const importRecorder: ImportSource = {
  name: "disc",
  blocks: 0,
  sessions: [],
  identity: { fingerprint: "", nextWritableAddress: 0 },
  read: () => Promise.reject(new Error("not read")),
};

function sequential(change: Partial<MultisessionSequential> = {}): MultisessionSequential {
  return {
    type: "sequential",
    isSupportedOnCurrentMediaState: true,
    inUse: false,
    importRecorder,
    isFirstDataSession: false,
    startAddressOfPreviousSession: 0,
    lastWrittenAddressOfPreviousSession: 99,
    nextWritableAddress: 11_502,
    freeSectorsOnMedia: 1_000,
    writeUnitSize: 1,
    ...change,
  };
}

function randomWrite(change: Partial<MultisessionRandomWrite> = {}): MultisessionRandomWrite {
  return {
    type: "randomWrite",
    isSupportedOnCurrentMediaState: true,
    inUse: false,
    importRecorder,
    writeUnitSize: 16,
    lastWrittenAddress: -1,
    totalSectorsOnMedia: 1_000,
    ...change,
  };
}

test("takes the first that the disc and the package support where none is marked", (t) => {
  const supported = sequential();
  t.is(chooseMultisession([supported]), supported);
  t.is(
    chooseMultisession([
      randomWrite({ isSupportedOnCurrentMediaState: false }),
      sequential({ isSupportedOnCurrentMediaState: false }),
      supported,
    ]),
    supported,
  );
  const overwritable = randomWrite();
  t.is(chooseMultisession([overwritable, supported]), overwritable);
});

test("takes the one that is marked, and no other", (t) => {
  const marked = sequential({ inUse: true });
  t.is(chooseMultisession([sequential(), marked]), marked);
  const refusals = [
    [sequential({ inUse: true }), sequential({ inUse: true })],
    [sequential(), sequential({ inUse: true, isSupportedOnCurrentMediaState: false })],
    [sequential(), randomWrite({ inUse: true, isSupportedOnCurrentMediaState: false })],
    [randomWrite({ isSupportedOnCurrentMediaState: false })],
    [randomWrite({ lastWrittenAddress: 1_000 })],
    [randomWrite({ totalSectorsOnMedia: -1 })],
    [randomWrite({ writeUnitSize: 0 })],
    [],
  ];
  for (const offered of refusals) t.throws(() => chooseMultisession(offered), { code: "E_MULTISESSION_UNUSABLE" });
});

test("a blank disc is taken: the session starts at 0", (t) => {
  const blank = sequential({
    isFirstDataSession: true,
    startAddressOfPreviousSession: -1,
    lastWrittenAddressOfPreviousSession: -1,
    nextWritableAddress: 0,
  });
  t.is(chooseMultisession([blank]), blank);
});

test("numbers that cannot be true together are refused, all others taken", (t) => {
  const numbers = fc.record({
    startAddressOfPreviousSession: fc.integer({ min: -1, max: 50 }),
    lastWrittenAddressOfPreviousSession: fc.integer({ min: -1, max: 100 }),
    nextWritableAddress: fc.integer({ min: -2, max: 100 }),
    freeSectorsOnMedia: fc.integer({ min: -1, max: 10 }),
    writeUnitSize: fc.integer({ min: 0, max: 2 }),
  });
  fc.assert(
    fc.property(numbers, (change) => {
      const { startAddressOfPreviousSession: start, lastWrittenAddressOfPreviousSession: last } = change;
      const possible =
        change.nextWritableAddress >= 0 &&
        change.freeSectorsOnMedia >= 0 &&
        change.writeUnitSize >= 1 &&
        (start < 0 || (start <= last && last < change.nextWritableAddress));
      let taken = true;
      try {
        chooseMultisession([sequential(change)]);
      } catch {
        taken = false;
      }
      return taken === possible;
    }),
  );
  t.pass();
});
