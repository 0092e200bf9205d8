import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { encode } from "../../../src/codec/struct.js";
import type { Command } from "../../../src/device/mmc/command.js";
import { describeCommand, describeData } from "../../../src/device/mmc/command-registry.js";
import {
  encodeModePages,
  encodeModeSelectData,
  modeSelect10,
  modeSense10,
} from "../../../src/device/mmc/mode-parameters.js";
import { encodeModePages6, modeSense6 } from "../../../src/device/mmc/mode-sense-6.js";
import { encodeFormatCapacities, readFormatCapacities } from "../../../src/device/mmc/read-format-capacities.js";
import { dataTrackControl, encodeToc, readToc, tocTrack } from "../../../src/device/mmc/read-toc.js";
import { requestSense } from "../../../src/device/mmc/request-sense.js";
import { encodeSense } from "../../../src/device/mmc/sense.js";
import { write10 } from "../../../src/device/mmc/write-10.js";
import { writeParametersFor, writeParametersPage } from "../../../src/device/mmc/write-parameters-page.js";

const folder = join(import.meta.dirname, "../../../../src/device/mmc");

/** Every command that a file of src/device/mmc declares. */
async function declaredCommands(): Promise<Map<string, Command<object>>> {
  const commands = new Map<string, Command<object>>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".ts"))) {
    const names = [...readFileSync(join(folder, file), "utf8").matchAll(/^export const (\w+): Command</gm)];
    if (names.length === 0) continue;
    const module = (await import(`../../../src/device/mmc/${file.replace(/\.ts$/, ".js")}`)) as Record<string, unknown>;
    for (const [, name] of names) commands.set(name!, module[name!] as Command<object>);
  }
  return commands;
}

test("every command that is declared is found by its CDB", async (t) => {
  const commands = await declaredCommands();
  t.true(commands.size >= 30);
  for (const [name, { operationCode, cdb, name: printed }] of commands) {
    // Service actions are told by their byte 1: that of READ MEDIA SERIAL NUMBER is 1.
    const bytes = new Uint8Array(cdb.size);
    bytes[0] = operationCode;
    if (name === "readMediaSerialNumber") bytes[1] = 1;
    t.is(describeCommand(bytes)?.name, printed, name);
  }
});

test("a command is described by its fields", (t) => {
  const cdb = encode(write10.cdb, { logicalBlockAddress: 4096, transferBlocks: 16 });
  t.deepEqual(describeCommand(cdb), {
    name: "WRITE (10)",
    fields: { logicalBlockAddress: 4096, transferBlocks: 16 },
    carriesBlocks: true,
  });
  const ask = encode(requestSense.cdb, { allocationLength: 18 });
  t.false(describeCommand(ask)!.carriesBlocks);
});

test("what is no known command is not described", (t) => {
  t.is(describeCommand(new Uint8Array(0)), undefined);
  t.is(describeCommand(Uint8Array.of(0xe5, 0, 0, 0, 0, 0)), undefined);
  t.is(describeCommand(Uint8Array.of(0x2a, 0, 0)), undefined, "cut off");
  t.is(describeCommand(Uint8Array.of(0xab, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)), undefined, "another service action");
});

test("replies are described, lists item by item", (t) => {
  const formats = encodeFormatCapacities({
    current: { numberOfBlocks: 100, descriptorType: 2, blockLengthBytes: 2048 },
    formats: [{ numberOfBlocks: 90, formatType: 0x30, formatSubtype: 0, typeDependentParameter: 0x3000 }],
  });
  t.deepEqual(describeData(encode(readFormatCapacities.cdb, { allocationLength: 252 }), formats), {
    "current.numberOfBlocks": 100,
    "current.descriptorType": 2,
    "current.blockLengthBytes": 2048,
    "formats.1.numberOfBlocks": 90,
    "formats.1.formatType": 0x30,
    "formats.1.formatSubtype": 0,
    "formats.1.typeDependentParameter": 0x3000,
  });
  const sense = encodeSense({ key: 5, asc: 0x21, ascq: 2 });
  t.like(describeData(encode(requestSense.cdb, { allocationLength: 18 }), sense), { key: 5, asc: 0x21, ascq: 2 });
});

test("a table of contents is described by its format, wherever that stands", (t) => {
  const track = { adrControl: dataTrackControl, trackNumber: 3, startAddress: 4096 };
  const toc = encodeToc(1, 3, tocTrack, [track]);
  const fields = { msf: false, trackSessionNumber: 0, allocationLength: 12 };
  const expected = {
    dataLength: 10,
    firstNumber: 1,
    lastNumber: 3,
    "tracks.1.adrControl": dataTrackControl,
    "tracks.1.trackNumber": 3,
    "tracks.1.startAddress": 4096,
  };
  t.deepEqual(describeData(encode(readToc.cdb, { ...fields, format: 1, legacyFormat: 0 }), toc), expected);
  t.deepEqual(describeData(encode(readToc.cdb, { ...fields, format: 0, legacyFormat: 1 }), toc), expected);
  t.deepEqual(describeData(encode(readToc.cdb, { ...fields, format: 5, legacyFormat: 0 }), toc), {
    dataLength: 10,
    firstNumber: 1,
    lastNumber: 3,
  });
});

test("mode pages are described, whichever way they go", (t) => {
  const parameters = writeParametersFor("cdTrackAtOnce", { keepDiscOpen: true });
  const page = encode(writeParametersPage, parameters);
  const expected = { pageCode: 5, writeType: 1, multisession: 3, trackMode: 4, dataBlockType: 8 };
  const selecting = { pageFormat: true, savePages: false, parameterListLength: 60 };
  t.like(describeData(encode(modeSelect10.cdb, selecting), encodeModeSelectData([page])), expected);
  const asking = { disableBlockDescriptors: true, pageControl: 0, pageCode: 5 };
  const reply = encodeModePages([page]);
  t.like(describeData(encode(modeSense10.cdb, { ...asking, allocationLength: 60 }), reply), expected);
  const reply6 = encodeModePages6([page]);
  t.like(describeData(encode(modeSense6.cdb, { ...asking, allocationLength: 56 }), reply6), expected);
  t.is(describeData(encode(modeSense10.cdb, { ...asking, pageCode: 8, allocationLength: 60 }), reply), null);
});

test("data that no codec reads is not described", (t) => {
  const cdb = encode(write10.cdb, { logicalBlockAddress: 0, transferBlocks: 1 });
  t.is(describeData(cdb, new Uint8Array(8)), null);
  t.is(describeData(encode(readFormatCapacities.cdb, { allocationLength: 252 }), new Uint8Array(2)), null, "cut off");
});
