import test from "ava";
import fc from "fast-check";
import { strictContext } from "../../src/codec/codec.js";
import type { StructCodec } from "../../src/codec/struct.js";
import { encode } from "../../src/codec/struct.js";
import { closeTrackSession } from "../../src/device/mmc/close-track-session.js";
import { decodeConfiguration, encodeConfiguration, getConfiguration } from "../../src/device/mmc/get-configuration.js";
import { lbaFromMsf, msfFromLba } from "../../src/device/mmc/minute-second-frame.js";
import { modeSelect10, modeSense10 } from "../../src/device/mmc/mode-parameters.js";
import { read10 } from "../../src/device/mmc/read-10.js";
import { readDiscInformation } from "../../src/device/mmc/read-disc-information.js";
import { readToc } from "../../src/device/mmc/read-toc.js";
import { readTrackInformation, trackInformation } from "../../src/device/mmc/read-track-information.js";
import { decodeSense, encodeSense, senseText } from "../../src/device/mmc/sense.js";
import { synchronizeCache } from "../../src/device/mmc/synchronize-cache.js";
import { write10 } from "../../src/device/mmc/write-10.js";
import { writeParametersFor, writeParametersPage } from "../../src/device/mmc/write-parameters-page.js";

function hexOf<T>(codec: StructCodec<T>, value: T): string {
  return Buffer.from(encode(codec, value)).toString("hex");
}

// Commands as other programs send them: traces of xorriso, growisofs and wodim.
test("commands have the bytes that other programs send", (t) => {
  t.is(hexOf(read10.cdb, { logicalBlockAddress: 0x2eb0, transferBlocks: 32 }), "280000002eb000002000");
  t.is(hexOf(write10.cdb, { logicalBlockAddress: 0x2eb0, transferBlocks: 16 }), "2a0000002eb000001000");
  t.is(hexOf(synchronizeCache.cdb, { immediate: true }), "35020000000000000000");
  t.is(hexOf(closeTrackSession.cdb, { immediate: true, closeFunction: 1, trackNumber: 3 }), "5b010100000300000000");
  t.is(hexOf(closeTrackSession.cdb, { immediate: false, closeFunction: 2, trackNumber: 0 }), "5b000200000000000000");
  t.is(hexOf(readDiscInformation.cdb, { dataType: 0, allocationLength: 34 }), "51000000000000002200");
  const track = { addressType: 1, address: 0xff, allocationLength: 48 };
  t.is(hexOf(readTrackInformation.cdb, track), "5201000000ff00003000");
  const configuration = { requestedType: 0, startingFeatureNumber: 0, allocationLength: 8 };
  t.is(hexOf(getConfiguration.cdb, configuration), "46000000000000000800");
  const toc = { msf: false, format: 0, trackSessionNumber: 0, allocationLength: 12, legacyFormat: 1 };
  t.is(hexOf(readToc.cdb, toc), "43000000000000000c40");
  t.is(
    hexOf(modeSelect10.cdb, { pageFormat: true, savePages: false, parameterListLength: 60 }),
    "55100000000000003c00",
  );
  const sense = { disableBlockDescriptors: true, pageControl: 0, pageCode: 5, allocationLength: 60 };
  t.is(hexOf(modeSense10.cdb, sense), "5a080500000000003c00");
  const page = hexOf(writeParametersPage, writeParametersFor("cdTrackAtOnce", { keepDiscOpen: true }));
  t.is(page.slice(0, 32), "053241c4080000000000000000000096");
  t.is(
    hexOf(writeParametersPage, writeParametersFor("cdTrackAtOnce", { keepDiscOpen: false })).slice(0, 10),
    "0532410408",
  );
});

test("track numbers beyond 255 use both bytes", (t) => {
  const reply = new Uint8Array(48);
  reply.set([0, 46, 0x2c, 0x02]);
  reply.set([1, 0], 32);
  t.like(trackInformation.read(reply, 0, strictContext), { trackNumber: 0x12c, sessionNumber: 2 });
  t.like(trackInformation.read(reply.subarray(0, 28), 0, strictContext), { trackNumber: 0x2c, sessionNumber: 2 });
});

test("features come back, and a cut-off one is left out", (t) => {
  const features = [1, 0x2d].map((code) => ({
    code,
    version: 2,
    persistent: code === 1,
    current: true,
    payload: Uint8Array.of(code, 0, 0, 9),
  }));
  const bytes = encodeConfiguration({ currentProfile: 9, features });
  t.is(Buffer.from(bytes).toString("hex"), "00000014" + "00000009" + "00010b0401000009" + "002d09042d000009");
  t.deepEqual(decodeConfiguration(bytes), { currentProfile: 9, features });
  t.deepEqual(decodeConfiguration(bytes.subarray(0, 20)).features, features.slice(0, 1));
});

test("minutes, seconds and frames", (t) => {
  t.is(msfFromLba(0), 0x000200);
  t.is(msfFromLba(-150), 0);
  t.is(msfFromLba(359_849), 0x4f3b4a);
  t.is(lbaFromMsf(0x611a41), -11_635);
  fc.assert(
    fc.property(fc.integer({ min: -45_150, max: 404_849 }), (block) => lbaFromMsf(msfFromLba(block)) === block),
  );
});

test("sense in fixed and descriptor format, whole and cut off", (t) => {
  const sense = { key: 5, asc: 0x21, ascq: 2 };
  t.is(Buffer.from(encodeSense(sense)).toString("hex"), "70000500000000" + "0a" + "00000000" + "2102" + "00000000");
  t.deepEqual(decodeSense(encodeSense(sense)), sense);
  t.deepEqual(decodeSense(Uint8Array.of(0x72, 5, 0x21, 2, 0, 0, 0, 0)), sense);
  t.deepEqual(decodeSense(encodeSense(sense).subarray(0, 8)), { key: 5, asc: 0, ascq: 0 });
  t.is(decodeSense(new Uint8Array(0)), null);
  t.is(senseText(sense), "illegal request: invalid address for write (5/21/02)");
  t.regex(senseText({ key: 3, asc: 0xab, ascq: 0xcd }), /medium error: unknown .* \(3\/AB\/CD\)/);
});
