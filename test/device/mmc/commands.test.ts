/** CDBs and parameter lists: the bytes that the standard prints, and other programs send. */
import test from "ava";
import { strictContext } from "../../../src/codec/codec.js";
import type { StructCodec } from "../../../src/codec/struct.js";
import { encode } from "../../../src/codec/struct.js";
import { blank, blankingTypes } from "../../../src/device/mmc/blank.js";
import { closeFunctions, closeTrackSession } from "../../../src/device/mmc/close-track-session.js";
import { discFormatCode, formatParameters, formatUnit } from "../../../src/device/mmc/format-unit.js";
import { getConfiguration } from "../../../src/device/mmc/get-configuration.js";
import { eventClasses, getEventStatusNotification } from "../../../src/device/mmc/get-event-status-notification.js";
import { getPerformance, performanceTypes } from "../../../src/device/mmc/get-performance.js";
import { inquiry } from "../../../src/device/mmc/inquiry.js";
import { mechanismStatus } from "../../../src/device/mmc/mechanism-status.js";
import { modePageCodes, modeSelect10, modeSense10 } from "../../../src/device/mmc/mode-parameters.js";
import { modeSelect6, modeSense6 } from "../../../src/device/mmc/mode-sense-6.js";
import { preventAllowMediumRemoval } from "../../../src/device/mmc/prevent-allow-medium-removal.js";
import { read10 } from "../../../src/device/mmc/read-10.js";
import { read12 } from "../../../src/device/mmc/read-12.js";
import { readBufferCapacity } from "../../../src/device/mmc/read-buffer-capacity.js";
import { readCapacity } from "../../../src/device/mmc/read-capacity.js";
import { readDiscInformation } from "../../../src/device/mmc/read-disc-information.js";
import { readDiscStructure, structureFormats, structureMedia } from "../../../src/device/mmc/read-disc-structure.js";
import { readFormatCapacities } from "../../../src/device/mmc/read-format-capacities.js";
import { mediaSerialNumberAction, readMediaSerialNumber } from "../../../src/device/mmc/read-media-serial-number.js";
import { readToc } from "../../../src/device/mmc/read-toc.js";
import { readTrackInformation } from "../../../src/device/mmc/read-track-information.js";
import { requestSense } from "../../../src/device/mmc/request-sense.js";
import { reserveTrack } from "../../../src/device/mmc/reserve-track.js";
import { decodeCueSheet, encodeCueSheet, sendCueSheet } from "../../../src/device/mmc/send-cue-sheet.js";
import { sendDiscStructure } from "../../../src/device/mmc/send-disc-structure.js";
import { sendOpcInformation } from "../../../src/device/mmc/send-opc-information.js";
import { fullSpeed, setCdSpeed } from "../../../src/device/mmc/set-cd-speed.js";
import { setStreaming, streamingPerformance } from "../../../src/device/mmc/set-streaming.js";
import { startStopUnit } from "../../../src/device/mmc/start-stop-unit.js";
import { synchronizeCache } from "../../../src/device/mmc/synchronize-cache.js";
import { testUnitReady } from "../../../src/device/mmc/test-unit-ready.js";
import { write10 } from "../../../src/device/mmc/write-10.js";
import { write12 } from "../../../src/device/mmc/write-12.js";

/** Asserts that a value has these bytes, and that these bytes are that value. */
function vector<T extends object>(what: string, codec: StructCodec<T>, value: T, hex: string): void {
  test(what, (t) => {
    const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
    t.is(Buffer.from(encode(codec, value)).toString("hex"), bytes.toString("hex"));
    t.deepEqual(codec.read(bytes, 0, strictContext), value);
  });
}

vector("TEST UNIT READY", testUnitReady.cdb, {}, "00 00000000 00");
vector("REQUEST SENSE", requestSense.cdb, { allocationLength: 18 }, "03 000000 12 00");
vector("INQUIRY", inquiry.cdb, { vitalProductData: false, pageCode: 0, allocationLength: 36 }, "12 00 00 0024 00");
vector(
  "START STOP UNIT ejects",
  startStopUnit.cdb,
  { immediate: true, loadEject: true, start: false },
  "1b 01 0000 02 00",
);
vector(
  "START STOP UNIT loads",
  startStopUnit.cdb,
  { immediate: false, loadEject: true, start: true },
  "1b 00 0000 03 00",
);
vector("PREVENT ALLOW MEDIUM REMOVAL", preventAllowMediumRemoval.cdb, { prevent: 1 }, "1e 000000 01 00");
vector("READ CAPACITY", readCapacity.cdb, {}, "25 00 00000000 000000 00");
vector("READ FORMAT CAPACITIES", readFormatCapacities.cdb, { allocationLength: 252 }, "23 000000000000 00fc 00");
vector("READ (10)", read10.cdb, { logicalBlockAddress: 0x2eb0, transferBlocks: 32 }, "28 00 00002eb0 00 0020 00");
vector("WRITE (10)", write10.cdb, { logicalBlockAddress: 0x2eb0, transferBlocks: 16 }, "2a 00 00002eb0 00 0010 00");
vector(
  "READ (12)",
  read12.cdb,
  { forceUnitAccess: true, logicalBlockAddress: 0x2eb0, transferBlocks: 0x1_0000, streaming: false },
  "a8 08 00002eb0 00010000 00 00",
);
vector(
  "WRITE (12), streaming",
  write12.cdb,
  { forceUnitAccess: false, logicalBlockAddress: 0x2eb0, transferBlocks: 32, streaming: true },
  "aa 00 00002eb0 00000020 80 00",
);
vector("SYNCHRONIZE CACHE", synchronizeCache.cdb, { immediate: true }, "35 02 00000000000000 00");
vector(
  "READ TOC of sessions, as Linux asks",
  readToc.cdb,
  { msf: false, format: 0, trackSessionNumber: 0, allocationLength: 12, legacyFormat: 1 },
  "43 00 00 000000 00 000c 40",
);
vector(
  "READ TOC in full",
  readToc.cdb,
  { msf: true, format: 2, trackSessionNumber: 1, allocationLength: 4, legacyFormat: 0 },
  "43 02 02 000000 01 0004 00",
);
vector(
  "GET CONFIGURATION of one feature",
  getConfiguration.cdb,
  { requestedType: 2, startingFeatureNumber: 0x21, allocationLength: 16 },
  "46 02 0021 000000 0010 00",
);
vector(
  "GET EVENT STATUS NOTIFICATION of media",
  getEventStatusNotification.cdb,
  { polled: true, classRequest: 2 ** eventClasses.media, allocationLength: 8 },
  "4a 01 0000 10 0000 0008 00",
);
vector(
  "GET EVENT STATUS NOTIFICATION of being busy",
  getEventStatusNotification.cdb,
  { polled: true, classRequest: 2 ** eventClasses.deviceBusy, allocationLength: 8 },
  "4a 01 0000 40 0000 0008 00",
);
vector(
  "READ DISC INFORMATION",
  readDiscInformation.cdb,
  { dataType: 0, allocationLength: 34 },
  "51 00 0000000000 0022 00",
);
vector(
  "READ TRACK INFORMATION of the invisible track",
  readTrackInformation.cdb,
  { addressType: 1, address: 0xff, allocationLength: 48 },
  "52 01 000000ff 00 0030 00",
);
vector(
  "RESERVE TRACK",
  reserveTrack.cdb,
  { addressSpecified: false, reservationSize: 0x0002_3450 },
  "53 00 000000 00023450 00",
);
vector(
  "SEND OPC INFORMATION",
  sendOpcInformation.cdb,
  { doOpc: true, parameterListLength: 0 },
  "54 01 0000000000 0000 00",
);
vector(
  "MODE SELECT (10)",
  modeSelect10.cdb,
  { pageFormat: true, savePages: false, parameterListLength: 60 },
  "55 10 0000000000 003c 00",
);
vector(
  "MODE SENSE (10)",
  modeSense10.cdb,
  {
    disableBlockDescriptors: true,
    pageControl: 0,
    pageCode: modePageCodes.writeParameters,
    allocationLength: 60,
  },
  "5a 08 05 00000000 003c 00",
);
vector(
  "MODE SENSE (6)",
  modeSense6.cdb,
  { disableBlockDescriptors: false, pageControl: 2, pageCode: modePageCodes.all, allocationLength: 192 },
  "1a 00 bf 00 c0 00",
);
vector(
  "MODE SELECT (6)",
  modeSelect6.cdb,
  { pageFormat: true, savePages: true, parameterListLength: 56 },
  "15 11 0000 38 00",
);
vector(
  "CLOSE TRACK/SESSION, a track",
  closeTrackSession.cdb,
  { immediate: true, closeFunction: closeFunctions.track, trackNumber: 3 },
  "5b 01 01 00 0003 000000 00",
);
for (const [name, number] of Object.entries(closeFunctions)) {
  vector(
    `CLOSE TRACK/SESSION, ${name}`,
    closeTrackSession.cdb,
    { immediate: false, closeFunction: number, trackNumber: 0 },
    `5b 00 0${number} 00 0000 000000 00`,
  );
}
vector(
  "READ BUFFER CAPACITY",
  readBufferCapacity.cdb,
  { block: false, allocationLength: 12 },
  "5c 00 0000000000 000c 00",
);
vector("SEND CUE SHEET", sendCueSheet.cdb, { cueSheetSize: 0x01_0020 }, "5d 0000000000 010020 00");
vector(
  "FORMAT UNIT",
  formatUnit.cdb,
  { formatData: true, completeList: true, formatCode: discFormatCode },
  "04 19 000000 00",
);
vector(
  "BLANK, minimal",
  blank.cdb,
  { immediate: true, blankingType: blankingTypes.minimal, startAddressOrTrackNumber: 0 },
  "a1 11 00000000 0000000000 00",
);
vector(
  "READ MEDIA SERIAL NUMBER",
  readMediaSerialNumber.cdb,
  { serviceAction: mediaSerialNumberAction, allocationLength: 256 },
  "ab 01 00000000 00000100 00 00",
);
vector(
  "GET PERFORMANCE, speeds for writing",
  getPerformance.cdb,
  { dataType: 0, startingBlock: 0, maximumDescriptors: 50, type: performanceTypes.writeSpeeds },
  "ac 00 00000000 0000 0032 03 00",
);
vector(
  "GET PERFORMANCE, along the disc",
  getPerformance.cdb,
  { dataType: 0x14, startingBlock: 0x10, maximumDescriptors: 4, type: performanceTypes.nominal },
  "ac 14 00000010 0000 0004 00 00",
);
vector(
  "READ DISC STRUCTURE of a BD",
  readDiscStructure.cdb,
  {
    mediaType: structureMedia.bd,
    address: 0,
    layerNumber: 1,
    format: structureFormats.spareArea,
    allocationLength: 0x1004,
  },
  "ad 01 00000000 01 0a 1004 00 00",
);
vector("SET STREAMING", setStreaming.cdb, { type: 0, parameterListLength: 28 }, "b6 00000000000000 00 001c 00");
vector(
  "SET CD SPEED",
  setCdSpeed.cdb,
  { rotationalControl: 1, readSpeed: fullSpeed, writeSpeed: 1764 },
  "bb 01 ffff 06e4 0000000000 00",
);
vector("MECHANISM STATUS", mechanismStatus.cdb, { allocationLength: 8 }, "bd 00000000000000 0008 00 00");
vector(
  "SEND DISC STRUCTURE",
  sendDiscStructure.cdb,
  { mediaType: structureMedia.dvd, format: structureFormats.layerCapacity, structureDataLength: 12 },
  "bf 00 0000000000 20 000c 00 00",
);

const noFormatFlags = {
  disablePrimary: false,
  stopFormat: false,
  initializationPattern: false,
  tryOut: false,
  vendorSpecific: false,
};
vector(
  "the format of a DVD+RW, as large as it can be",
  formatParameters,
  {
    ...noFormatFlags,
    formatOptionsValid: true,
    disableCertification: false,
    immediate: true,
    numberOfBlocks: 0xffff_ffff,
    formatType: 0x26,
    formatSubtype: 0,
    typeDependentParameter: 0,
  },
  "00 82 0008 ffffffff 98 000000",
);
vector(
  "the quick format of a BD-RE",
  formatParameters,
  {
    ...noFormatFlags,
    formatOptionsValid: true,
    disableCertification: true,
    immediate: false,
    numberOfBlocks: 0xb4_7400,
    formatType: 0x30,
    formatSubtype: 3,
    typeDependentParameter: 2048,
  },
  "00 a0 0008 00b47400 c3 000800",
);
vector(
  "speeds for SET STREAMING",
  streamingPerformance,
  {
    writeRotationControl: 1,
    restoreDefaults: false,
    exact: true,
    randomAccess: false,
    startBlock: 0,
    endBlock: 2_295_103,
    readSize: 11_080,
    readTimeMs: 1000,
    writeSize: 5540,
    writeTimeMs: 1000,
  },
  "0a000000 00000000 0023053f 00002b48 000003e8 000015a4 000003e8",
);

test("a cue sheet of one data track", (t) => {
  const line = { control: 4, adr: 1, serialCopyManagement: 0 };
  const entries = [
    { ...line, trackNumber: 0, index: 0, dataForm: 0x14, absoluteTime: 0x00_00_00 },
    { ...line, trackNumber: 1, index: 0, dataForm: 0x14, absoluteTime: 0x00_00_00 },
    { ...line, trackNumber: 1, index: 1, dataForm: 0x10, absoluteTime: 0x00_02_00 },
    { ...line, trackNumber: 0xaa, index: 1, dataForm: 0x14, absoluteTime: 0x0a_1e_2d },
  ];
  const bytes = encodeCueSheet(entries);
  t.is(
    Buffer.from(bytes).toString("hex"),
    "4100001400000000" + "4101001400000000" + "4101011000000200" + "41aa0114000a1e2d",
  );
  t.deepEqual(decodeCueSheet(bytes), entries);
  t.deepEqual(decodeCueSheet(bytes.subarray(0, 31)), entries.slice(0, 3));
});

test("an operation code that is another command's is refused, and so is an address below zero", (t) => {
  const fields = { forceUnitAccess: false, logicalBlockAddress: 0, transferBlocks: 1, streaming: false };
  t.throws(() => read12.cdb.read(encode(write12.cdb, fields), 0, strictContext), { code: "E_FIELD_INVALID" });
  t.throws(() => encode(write12.cdb, { ...fields, logicalBlockAddress: -150 }), { instanceOf: RangeError });
});
