/** PDUs against bytes put together by the tables of RFC 7143, and the reader of PDUs. */
import test from "ava";
import { strictContext } from "../../../src/codec/codec.js";
import type { StructCodec } from "../../../src/codec/struct.js";
import { encode } from "../../../src/codec/struct.js";
import {
  scsiCommandPdu,
  scsiResponsePdu,
  taskManagementRequestPdu,
  taskManagementResponsePdu,
} from "../../../src/device/iscsi/command-pdus.js";
import { CommandWindow } from "../../../src/device/iscsi/command-window.js";
import { dataInPdu, dataOutPdu, readyToTransferPdu } from "../../../src/device/iscsi/data-pdus.js";
import {
  loginRequestPdu,
  loginResponsePdu,
  logoutRequestPdu,
  logoutResponsePdu,
  textRequestPdu,
  textResponsePdu,
} from "../../../src/device/iscsi/login-pdus.js";
import { asynchronousMessagePdu, nopInPdu, nopOutPdu, rejectPdu } from "../../../src/device/iscsi/notice-pdus.js";
import { nextNumber } from "../../../src/device/iscsi/pdu.js";
import type { PduForm } from "../../../src/device/iscsi/pdu-reader.js";
import { PduReader } from "../../../src/device/iscsi/pdu-reader.js";
import { ProtocolFault } from "../../../src/device/iscsi/protocol-fault.js";

const lun = Uint8Array.of(0, 3, 0, 0, 0, 0, 0, 0);
const numbers = { statSn: 0x11121314, expCmdSn: 0x21222324, maxCmdSn: 0x31323334 };
const requestNumbers = { cmdSn: 0x41424344, expStatSn: 0x51525354 };
const tag = 0xa1a2a3a4;
const request = { immediate: true, totalAhsLength: 2, dataSegmentLength: 0x010203, initiatorTaskTag: tag };
const cdb = Uint8Array.from({ length: 16 }, (_unused, index) => index + 1);

/** Each PDU as a value, and as bytes in groups of four. */
const vectors: readonly (readonly [codec: StructCodec<never>, value: object, bytes: string])[] = [
  [
    scsiCommandPdu as StructCodec<never>,
    {
      ...request,
      ...requestNumbers,
      final: true,
      read: false,
      write: true,
      taskAttributes: 1,
      logicalUnitNumber: lun,
      expectedDataTransferLength: 0x61626364,
      commandDescriptorBlock: cdb,
    },
    "41a10000 02010203 00030000 00000000 a1a2a3a4 61626364 41424344 51525354 01020304 05060708 090a0b0c 0d0e0f10",
  ],
  [
    scsiResponsePdu as StructCodec<never>,
    {
      dataSegmentLength: 20,
      ...numbers,
      bidirectionalOverflow: false,
      bidirectionalUnderflow: false,
      overflow: true,
      underflow: false,
      response: 0,
      status: 2,
      initiatorTaskTag: tag,
      snackTag: 0,
      expDataSn: 5,
      bidirectionalReadResidualCount: 0,
      residualCount: 0x71727374,
    },
    "21840002 00000014 00000000 00000000 a1a2a3a4 00000000 11121314 21222324 31323334 00000005 00000000 71727374",
  ],
  [
    taskManagementRequestPdu as StructCodec<never>,
    {
      ...request,
      ...requestNumbers,
      function: 1,
      logicalUnitNumber: lun,
      referencedTaskTag: 0xb1b2b3b4,
      refCmdSn: 0xc1c2c3c4,
      expDataSn: 0xd1d2d3d4,
    },
    "42810000 02010203 00030000 00000000 a1a2a3a4 b1b2b3b4 41424344 51525354 c1c2c3c4 d1d2d3d4 00000000 00000000",
  ],
  [
    taskManagementResponsePdu as StructCodec<never>,
    { dataSegmentLength: 0, ...numbers, response: 5, initiatorTaskTag: tag },
    "22800500 00000000 00000000 00000000 a1a2a3a4 00000000 11121314 21222324 31323334 00000000 00000000 00000000",
  ],
  [
    dataOutPdu as StructCodec<never>,
    {
      ...request,
      immediate: false,
      final: true,
      logicalUnitNumber: lun,
      targetTransferTag: 0xffff_ffff,
      expStatSn: 0x51525354,
      dataSn: 7,
      bufferOffset: 0x2000,
    },
    "05800000 02010203 00030000 00000000 a1a2a3a4 ffffffff 00000000 51525354 00000000 00000007 00002000 00000000",
  ],
  [
    dataInPdu as StructCodec<never>,
    {
      dataSegmentLength: 512,
      ...numbers,
      final: true,
      acknowledge: false,
      overflow: false,
      underflow: true,
      withStatus: true,
      status: 0,
      logicalUnitNumber: lun,
      initiatorTaskTag: tag,
      targetTransferTag: 0xffff_ffff,
      dataSn: 1,
      bufferOffset: 2,
      residualCount: 3,
    },
    "25830000 00000200 00030000 00000000 a1a2a3a4 ffffffff 11121314 21222324 31323334 00000001 00000002 00000003",
  ],
  [
    readyToTransferPdu as StructCodec<never>,
    {
      dataSegmentLength: 0,
      ...numbers,
      logicalUnitNumber: lun,
      initiatorTaskTag: tag,
      targetTransferTag: 9,
      r2tSn: 1,
      bufferOffset: 2,
      desiredDataTransferLength: 3,
    },
    "31800000 00000000 00030000 00000000 a1a2a3a4 00000009 11121314 21222324 31323334 00000001 00000002 00000003",
  ],
  [
    loginRequestPdu as StructCodec<never>,
    {
      ...request,
      ...requestNumbers,
      transit: true,
      continues: false,
      currentStage: 1,
      nextStage: 3,
      versionMax: 0,
      versionMin: 0,
      initiatorSessionId: Uint8Array.of(0x80, 1, 2, 3, 4, 5),
      targetSessionIdentifyingHandle: 0x0607,
      connectionId: 0x0809,
    },
    "43870000 02010203 80010203 04050607 a1a2a3a4 08090000 41424344 51525354 00000000 00000000 00000000 00000000",
  ],
  [
    loginResponsePdu as StructCodec<never>,
    {
      dataSegmentLength: 3,
      ...numbers,
      transit: false,
      continues: true,
      currentStage: 0,
      nextStage: 0,
      versionMax: 0,
      versionActive: 0,
      initiatorSessionId: Uint8Array.of(0x80, 1, 2, 3, 4, 5),
      targetSessionIdentifyingHandle: 0x0607,
      initiatorTaskTag: tag,
      status: 0x0203,
    },
    "23400000 00000003 80010203 04050607 a1a2a3a4 00000000 11121314 21222324 31323334 02030000 00000000 00000000",
  ],
  [
    textRequestPdu as StructCodec<never>,
    { ...request, ...requestNumbers, final: true, continues: false, logicalUnitNumber: lun, targetTransferTag: 8 },
    "44800000 02010203 00030000 00000000 a1a2a3a4 00000008 41424344 51525354 00000000 00000000 00000000 00000000",
  ],
  [
    textResponsePdu as StructCodec<never>,
    {
      dataSegmentLength: 4,
      ...numbers,
      final: false,
      continues: true,
      logicalUnitNumber: lun,
      initiatorTaskTag: tag,
      targetTransferTag: 8,
    },
    "24400000 00000004 00030000 00000000 a1a2a3a4 00000008 11121314 21222324 31323334 00000000 00000000 00000000",
  ],
  [
    logoutRequestPdu as StructCodec<never>,
    { ...request, ...requestNumbers, reason: 1, connectionId: 0x0809 },
    "46810000 02010203 00000000 00000000 a1a2a3a4 08090000 41424344 51525354 00000000 00000000 00000000 00000000",
  ],
  [
    logoutResponsePdu as StructCodec<never>,
    { dataSegmentLength: 0, ...numbers, response: 1, initiatorTaskTag: tag, time2Wait: 2, time2Retain: 20 },
    "26800100 00000000 00000000 00000000 a1a2a3a4 00000000 11121314 21222324 31323334 00000000 00020014 00000000",
  ],
  [
    nopOutPdu as StructCodec<never>,
    { ...request, ...requestNumbers, logicalUnitNumber: lun, targetTransferTag: 8 },
    "40800000 02010203 00030000 00000000 a1a2a3a4 00000008 41424344 51525354 00000000 00000000 00000000 00000000",
  ],
  [
    nopInPdu as StructCodec<never>,
    { dataSegmentLength: 1, ...numbers, logicalUnitNumber: lun, initiatorTaskTag: tag, targetTransferTag: 8 },
    "20800000 00000001 00030000 00000000 a1a2a3a4 00000008 11121314 21222324 31323334 00000000 00000000 00000000",
  ],
  [
    asynchronousMessagePdu as StructCodec<never>,
    {
      dataSegmentLength: 0,
      ...numbers,
      logicalUnitNumber: lun,
      asyncEvent: 1,
      asyncVCode: 2,
      parameter1: 3,
      parameter2: 4,
      parameter3: 5,
    },
    "32800000 00000000 00030000 00000000 ffffffff 00000000 11121314 21222324 31323334 01020003 00040005 00000000",
  ],
  [
    rejectPdu as StructCodec<never>,
    { dataSegmentLength: 48, ...numbers, reason: 9, dataSn: 4 },
    "3f800900 00000030 00000000 00000000 ffffffff 00000000 11121314 21222324 31323334 00000004 00000000 00000000",
  ],
];

for (const [codec, value, bytes] of vectors) {
  test(`${codec.name} has the layout of its table`, (t) => {
    const expected = bytes.replaceAll(" ", "");
    t.is(Buffer.from(encode(codec, value as never)).toString("hex"), expected);
    t.deepEqual(codec.read(Uint8Array.from(Buffer.from(expected, "hex")), 0, strictContext) as object, value);
  });
}

test("a PDU of another kind is none", (t) => {
  const error = t.throws(() => nopInPdu.read(new Uint8Array(48), 0, strictContext), { code: "E_FIELD_INVALID" });
  t.regex(error!.message, /_operationCode/);
});

async function* pieces(...given: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* given;
}

const plain: PduForm = { headerDigest: false, dataDigest: false, maximumDataBytes: 8192 };

function pdu(data: string, additional = 0): Buffer {
  const header = Buffer.alloc(48 + additional * 4);
  header[4] = additional;
  header.writeUIntBE(data.length, 5, 3);
  return Buffer.concat([header, Buffer.from(data), Buffer.alloc((4 - (data.length % 4)) % 4)]);
}

test("PDUs are cut out of pieces of any size", async (t) => {
  const stream = Buffer.concat([pdu("first"), pdu("", 2), pdu("third one")]);
  for (let size = 1; size <= stream.length; size++) {
    const cut = Array.from({ length: Math.ceil(stream.length / size) }, (_unused, index) =>
      stream.subarray(index * size, (index + 1) * size),
    );
    const reader = new PduReader(pieces(...cut));
    const texts: string[] = [];
    for (let next = await reader.next(plain); next !== undefined; next = await reader.next(plain)) {
      texts.push(`${Buffer.from(next.data).toString()}+${next.additionalHeaders.length}`);
    }
    t.deepEqual(texts, ["first+0", "+8", "third one+0"]);
  }
});

test("a stream that ends within a PDU has just ended", async (t) => {
  const whole = pdu("data", 1);
  for (let length = 0; length < whole.length; length++) {
    t.is(await new PduReader(pieces(whole.subarray(0, length))).next(plain), undefined);
  }
});

test("data longer than agreed upon are not waited for", async (t) => {
  const header = Buffer.alloc(48);
  header.writeUIntBE(8193, 5, 3);
  const fault = await t.throwsAsync(new PduReader(pieces(header)).next(plain), { instanceOf: ProtocolFault });
  t.is(fault!.header?.length, 48);
});

test("digests are those of the standard's examples", async (t) => {
  // RFC 3720 appendix B.4: 48 bytes, and their CRC.
  const example = Buffer.from(
    "01c00000000000000000000000000000140000000000040000000014000000182800000000000000020000000000000000",
    "hex",
  ).subarray(0, 48);
  const digest = Buffer.from("563a96d9", "hex");
  const form = { ...plain, headerDigest: true, maximumDataBytes: 0x40_0000 };
  const reader = new PduReader(pieces(example, digest));
  t.is(Buffer.from((await reader.next(form))!.header).toString("hex"), example.toString("hex"));
  digest[0] = 0;
  await t.throwsAsync(new PduReader(pieces(example, digest)).next(form), { instanceOf: ProtocolFault });
});

test("numbers wrap around, and a window is as wide as it has room", (t) => {
  t.is(nextNumber(0xffff_ffff), 0);
  t.is(nextNumber(0, -1), 0xffff_ffff);
  const window = new CommandWindow(0xffff_fffe);
  t.is(window.maxCmdSn, 13);
  t.is(window.take(0xffff_ffff), "gap");
  t.is(window.take(0xffff_fffd), "ignored");
  for (let count = 0; count < 16; count++) {
    t.is(window.take(window.expCmdSn), "accepted");
    window.opened();
  }
  t.is(window.expCmdSn, 14);
  t.is(window.maxCmdSn, 13, "there is no room");
  t.is(window.take(14), "ignored");
  window.ended();
  t.is(window.maxCmdSn, 14);
  t.is(window.take(14), "accepted");
});
