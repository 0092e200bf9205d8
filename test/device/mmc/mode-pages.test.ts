import test from "ava";
import { strictContext } from "../../../src/codec/codec.js";
import { encode } from "../../../src/codec/struct.js";
import { decodeCapabilitiesPage, encodeCapabilitiesPage } from "../../../src/device/mmc/capabilities-page.js";
import { errorRecoveryPage } from "../../../src/device/mmc/error-recovery-page.js";
import {
  encodeModePages,
  encodeModeSelectData,
  findModePage,
  modePageCodes,
} from "../../../src/device/mmc/mode-parameters.js";
import { encodeModePages6, findModePage6 } from "../../../src/device/mmc/mode-sense-6.js";
import type { WritingKind } from "../../../src/device/mmc/write-parameters-page.js";
import { writeParametersFor, writeParametersPage } from "../../../src/device/mmc/write-parameters-page.js";

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

// The first 16 bytes of the page; those behind are zero.
const writing: readonly [WritingKind, boolean, string][] = [
  ["cdTrackAtOnce", true, "0532 41 c4 08 00 00 00 00 00 00000000 0096"],
  ["cdTrackAtOnce", false, "0532 41 04 08 00 00 00 00 00 00000000 0096"],
  ["cdSessionAtOnce", true, "0532 42 c0 00 00 00 00 00 00 00000000 0096"],
  ["cdSessionAtOnce", false, "0532 42 00 00 00 00 00 00 00 00000000 0096"],
  ["dvdIncremental", true, "0532 60 e5 08 10 00 00 00 00 00000010 0000"],
  ["dvdIncremental", false, "0532 60 25 08 10 00 00 00 00 00000010 0000"],
  ["dvdDiscAtOnce", true, "0532 42 05 08 00 00 00 00 00 00000000 0000"],
  ["dvdDiscAtOnce", false, "0532 42 05 08 00 00 00 00 00 00000000 0000"],
  ["multisessionOnly", true, "0532 40 c5 08 00 00 00 00 00 00000000 0000"],
  ["multisessionOnly", false, "0532 40 05 08 00 00 00 00 00 00000000 0000"],
];

for (const [kind, keepDiscOpen, expected] of writing) {
  test(`write parameters: ${kind}${keepDiscOpen ? ", open" : ""}`, (t) => {
    const page = hexOf(encode(writeParametersPage, writeParametersFor(kind, { keepDiscOpen })));
    t.is(page.slice(0, 32), expected.replaceAll(" ", ""));
    t.is(page.slice(32), "00".repeat(36));
  });
}

test("write parameters: in test, and without protection", (t) => {
  const choice = { keepDiscOpen: false, testWrite: true, bufferUnderrunProtection: false };
  t.is(encode(writeParametersPage, writeParametersFor("cdTrackAtOnce", choice))[2], 0x11);
  t.is(encode(writeParametersPage, writeParametersFor("dvdIncremental", choice))[2], 0x30);
});

/** A reply with all pages; the lengths of the whole are what the drive says them to be. */
const recovery = Uint8Array.of(modePageCodes.errorRecovery, 6, 0, 5, 0, 0, 0, 0);
const parameters = encode(writeParametersPage, writeParametersFor("cdTrackAtOnce", { keepDiscOpen: true }));

test("a page is found among others, behind block descriptors, and cut off", (t) => {
  const reply = encodeModePages([recovery, parameters]);
  t.is(hexOf(reply.subarray(0, 8)), "0042000000000000");
  t.deepEqual(findModePage(reply, modePageCodes.writeParameters), parameters);
  t.deepEqual(findModePage(reply, modePageCodes.errorRecovery), recovery);
  t.is(findModePage(reply, modePageCodes.capabilities), undefined);
  t.deepEqual(findModePage(reply.subarray(0, 20), modePageCodes.writeParameters), parameters.subarray(0, 4));
  t.is(findModePage(reply.subarray(0, 7), modePageCodes.errorRecovery), undefined);
  const described = Uint8Array.from([...reply.subarray(0, 7), 8, ...new Uint8Array(8), ...reply.subarray(8)]);
  t.deepEqual(findModePage(described, modePageCodes.writeParameters), parameters);
});

test("a length of the whole that is too small does not matter", (t) => {
  const reply = encodeModePages([parameters]);
  reply[1] = 14;
  t.deepEqual(findModePage(reply, modePageCodes.writeParameters), parameters);
});

test("what is selected does not tell the length of the whole", (t) => {
  t.is(hexOf(encodeModeSelectData([recovery])), "0000000000000000" + hexOf(recovery));
});

test("the short form of a reply", (t) => {
  const reply = encodeModePages6([recovery, parameters]);
  t.is(hexOf(reply.subarray(0, 4)), "3f000000");
  t.deepEqual(findModePage6(reply, modePageCodes.writeParameters), parameters);
  t.is(findModePage6(reply.subarray(0, 3), modePageCodes.errorRecovery), undefined);
});

test("error recovery of an older and of a newer drive", (t) => {
  const old = errorRecoveryPage.read(recovery, 0, strictContext);
  t.is(old.readRetryCount, 5);
  t.false("writeRetryCount" in old);
  const page = {
    parametersSaveable: false,
    pageCode: modePageCodes.errorRecovery,
    pageLength: 10,
    automaticWriteReallocation: true,
    automaticReadReallocation: false,
    transferBlock: false,
    readContinuous: false,
    postError: false,
    disableTransferOnError: false,
    disableCorrection: true,
    readRetryCount: 20,
    enhancedDefectReporting: 1,
    writeRetryCount: 1,
    recoveryTimeLimit: 500,
  };
  t.is(hexOf(encode(errorRecoveryPage, page)), "010a" + "81" + "14" + "000000" + "01" + "01" + "00" + "01f4");
  t.deepEqual(errorRecoveryPage.read(encode(errorRecoveryPage, page), 0, strictContext), page);
});

const capabilities = {
  parametersSaveable: false,
  readsDvdRam: true,
  readsDvdR: true,
  readsDvdRom: true,
  readsByMethod2: true,
  readsCdRw: true,
  readsCdR: true,
  writesDvdRam: true,
  writesDvdR: true,
  testWrite: true,
  writesCdRw: true,
  writesCdR: true,
  bufferUnderrunProtection: true,
  readsMultisession: true,
  readsMode2Form2: true,
  readsMode2Form1: true,
  digitalPort2: false,
  digitalPort1: false,
  compositeAudio: false,
  playsAudio: true,
  readsBarCode: false,
  readsUpc: true,
  readsIsrc: true,
  reportsC2: false,
  correctsSubchannels: false,
  readsSubchannels: false,
  readsAudioAccurately: false,
  readsAudio: true,
  loadingMechanism: 1,
  canEject: true,
  preventJumper: false,
  locked: false,
  canLock: true,
  sideFlags: 0x23,
  maximumReadSpeed: 22_160,
  volumeLevels: 256,
  bufferKilobytes: 2048,
  currentReadSpeed: 11_080,
  digitalOutput: 0,
  maximumWriteSpeed: 22_160,
  obsoleteWriteSpeed: 5540,
  copyManagementRevision: 1,
  rotationControl: 0,
  currentWriteSpeed: 5540,
  writeSpeeds: [
    { rotationControl: 0, writeSpeed: 5540 },
    { rotationControl: 1, writeSpeed: 22_160 },
  ],
};
const capabilitiesHex =
  "2a26" +
  "3f37f16129" +
  "23" +
  "56900100" +
  "0800" +
  "2b48" +
  "0000" +
  "5690" +
  "15a4" +
  "0001" +
  "000000" +
  "00" +
  "15a4" +
  "0002" +
  "000015a4" +
  "00015690";

test("capabilities with their list of speeds", (t) => {
  const bytes = encodeCapabilitiesPage(capabilities);
  t.is(hexOf(bytes), capabilitiesHex);
  t.deepEqual(decodeCapabilitiesPage(bytes), capabilities);
});

test("capabilities of older revisions, and ends in odd places", (t) => {
  const bytes = encodeCapabilitiesPage(capabilities);
  // Page length 18: what a drive before MMC-3 has.
  const old = decodeCapabilitiesPage(bytes.subarray(0, 20));
  t.is(old.maximumWriteSpeed, 22_160);
  t.false("currentWriteSpeed" in old);
  t.deepEqual(old.writeSpeeds, []);
  for (let length = 0; length <= bytes.length; length++) {
    const { writeSpeeds, ...head } = decodeCapabilitiesPage(bytes.subarray(0, length));
    t.deepEqual({ ...capabilities, ...head }, capabilities);
    t.is(writeSpeeds.length, Math.max(0, Math.floor((length - 32) / 4)));
  }
  const many = bytes.slice();
  many[31] = 99;
  t.deepEqual(decodeCapabilitiesPage(many).writeSpeeds, capabilities.writeSpeeds);
});
