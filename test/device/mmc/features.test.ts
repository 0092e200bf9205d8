import test from "ava";
import { strictContext } from "../../../src/codec/codec.js";
import type { StructCodec } from "../../../src/codec/struct.js";
import { encode } from "../../../src/codec/struct.js";
import {
  coreFeature,
  decodeProfileList,
  decodeSerialNumber,
  encodeProfileList,
  encodeSerialNumber,
  realTimeStreamingFeature,
  removableMediumFeature,
} from "../../../src/device/mmc/feature-payloads.js";
import { decodeConfiguration, encodeConfiguration } from "../../../src/device/mmc/get-configuration.js";
import {
  bdWriteFeature,
  cdMasteringFeature,
  cdTrackAtOnceFeature,
  decodeIncrementalStreaming,
  decodeLayerJump,
  dvdMinusWriteFeature,
  encodeIncrementalStreaming,
  encodeLayerJump,
  formattableFeature,
  randomWritableFeature,
  restrictedOverwriteFeature,
} from "../../../src/device/mmc/write-feature-payloads.js";

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

test("features come back, and a cut-off one is left out", (t) => {
  const features = [1, 0x2d].map((code) => ({
    code,
    version: 2,
    persistent: code === 1,
    current: true,
    payload: Uint8Array.of(code, 0, 0, 9),
  }));
  const bytes = encodeConfiguration({ currentProfile: 9, features });
  t.is(hexOf(bytes), "00000014" + "00000009" + "00010b0401000009" + "002d09042d000009");
  t.deepEqual(decodeConfiguration(bytes), { currentProfile: 9, features });
  t.deepEqual(decodeConfiguration(bytes.subarray(0, 20)).features, features.slice(0, 1));
});

function vector<T extends object>(what: string, codec: StructCodec<T>, value: T, hex: string): void {
  test(`${what}, whole and cut off`, (t) => {
    t.is(hexOf(encode(codec, value)), hex);
    const bytes = Uint8Array.from(Buffer.from(hex, "hex"));
    t.deepEqual(codec.read(bytes, 0, strictContext), value);
    t.deepEqual(codec.read(new Uint8Array(0), 0, strictContext), {} as T);
    for (let length = 1; length < bytes.length; length++) {
      t.deepEqual({ ...value, ...codec.read(bytes.subarray(0, length), 0, strictContext) }, value);
    }
  });
}

vector(
  "the interface of a drive on USB",
  coreFeature,
  { physicalInterfaceStandard: 8, inquiry2: true, deviceBusyEvents: true },
  "0000000803000000",
);
vector(
  "a tray that can be locked",
  removableMediumFeature,
  {
    loadingMechanism: 1,
    canLoad: true,
    canEject: true,
    preventJumper: false,
    deviceBusyMediaLoad: false,
    canLock: true,
  },
  "39000000",
);
vector(
  "blocks that are written in sixteens",
  randomWritableFeature,
  { lastLogicalBlock: 2_295_103, logicalBlockBytes: 2048, blocking: 16, errorRecoveryPage: true },
  "0023053f0000080000100100",
);
vector(
  "formats of BD",
  formattableFeature,
  {
    withoutSpares: true,
    spareExpansion: false,
    quickCertification: true,
    fullCertification: true,
    bdRandomRecording: true,
  },
  "0b00000001000000",
);
vector(
  "writing on where a quick format ended",
  restrictedOverwriteFeature,
  { defectStatusGeneration: false, defectStatusReading: false, intermediate: true, blank: true },
  "03000000",
);
vector(
  "track at once",
  cdTrackAtOnceFeature,
  {
    bufferUnderrunFree: true,
    rawSubchannels: false,
    packedSubchannels: false,
    testWrite: true,
    cdRw: true,
    subchannels: false,
    dataTypesSupported: 0x0100,
  },
  "46000100",
);
vector(
  "session at once",
  cdMasteringFeature,
  {
    bufferUnderrunFree: true,
    sessionAtOnce: true,
    rawMultisession: false,
    raw: false,
    testWrite: true,
    cdRw: true,
    subchannels: false,
    maximumCueSheetLength: 0x0c_80,
  },
  "66000c80",
);
vector(
  "DVD-R and DVD-RW",
  dvdMinusWriteFeature,
  { bufferUnderrunFree: true, dualLayerR: true, testWrite: true, dvdRw: true },
  "4e000000",
);
vector(
  "BD",
  bdWriteFeature,
  { verifyNotRequired: true, bdReClasses: Uint8Array.of(0, 1, 0, 2, 0, 0, 0, 0), bdRClasses: new Uint8Array(8) },
  "01000000" + "0001000200000000" + "0000000000000000",
);
vector(
  "speeds are told and set",
  realTimeStreamingFeature,
  {
    readBufferCapacityBlock: true,
    setCdSpeed: true,
    modePage2aSpeeds: true,
    writeSpeedDescriptors: true,
    streamWriting: true,
  },
  "1f000000",
);

test("profiles", (t) => {
  const profiles = [
    { profileNumber: 0x1b, current: true },
    { profileNumber: 0x09, current: false },
  ];
  t.is(hexOf(encodeProfileList(profiles)), "001b0100" + "00090000");
  t.deepEqual(decodeProfileList(encodeProfileList(profiles)), profiles);
  t.deepEqual(decodeProfileList(encodeProfileList(profiles).subarray(0, 7)), profiles.slice(0, 1));
});

test("link sizes, and a number of them that is nonsense", (t) => {
  const value = {
    dataBlockTypesSupported: 0x0100,
    trackResources: true,
    addressModeReservation: false,
    bufferUnderrunFree: true,
    linkSizes: [7, 16],
  };
  const bytes = encodeIncrementalStreaming(value);
  t.is(hexOf(bytes), "01000502" + "07100000");
  t.deepEqual(decodeIncrementalStreaming(bytes), value);
  t.deepEqual(decodeIncrementalStreaming(Uint8Array.of(1, 0, 5, 200, 16))?.linkSizes, [16]);
  t.is(decodeIncrementalStreaming(Uint8Array.of(1, 0, 5)), null);
  t.is(hexOf(encodeLayerJump([16])), "00000001" + "10000000");
  t.deepEqual(decodeLayerJump(encodeLayerJump([16, 20])), [16, 20]);
  t.deepEqual(decodeLayerJump(new Uint8Array(2)), []);
});

test("the serial number", (t) => {
  t.is(hexOf(encodeSerialNumber("K1AB2")), "4b31414232202020");
  t.is(decodeSerialNumber(encodeSerialNumber("K1AB2")), "K1AB2");
});
