/** iSCSI against random values, and against initiators that send nonsense. */
import { once } from "node:events";
import { connect } from "node:net";
import test from "ava";
import fc from "fast-check";
import { strictContext } from "../../src/codec/codec.js";
import { encode } from "../../src/codec/struct.js";
import { scsiCommandPdu, scsiResponsePdu } from "../../src/device/iscsi/command-pdus.js";
import { dataInPdu, dataOutPdu } from "../../src/device/iscsi/data-pdus.js";
import { readKeyValues, writeKeyValues } from "../../src/device/iscsi/key-value-text.js";
import type { PduForm } from "../../src/device/iscsi/pdu-reader.js";
import { PduReader } from "../../src/device/iscsi/pdu-reader.js";
import { ProtocolFault } from "../../src/device/iscsi/protocol-fault.js";
import { serveTransport } from "../../src/device/iscsi/target.js";
import { listenTcp } from "../../src/host/tcp-listener.js";
import { checkEqual } from "../support/codec-checks.js";
import { Initiator } from "../support/iscsi-initiator.js";
import { holds } from "../support/properties.js";
import { ScriptedDrive } from "../support/scripted-drive.js";

const isSlow = process.env.DISCSMITH_SLOW === "1";
const octets = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });

test("bytes of any kind are read as what they are written as", async (t) => {
  // Reserved bits are lost, all others come back: what was read once is read the same again.
  for (const codec of [scsiCommandPdu, scsiResponsePdu, dataInPdu, dataOutPdu]) {
    await holds(
      fc.property(octets(48), (bytes) => {
        bytes[0] = encode(codec as never, codec.read(withCode(codec.name), 0, strictContext) as never)[0]!;
        const value = codec.read(bytes, 0, strictContext) as never;
        checkEqual(codec.read(encode(codec as never, value), 0, strictContext), value);
      }),
    );
  }
  t.pass();
});

const codes: Readonly<Record<string, number>> = {
  ScsiCommand: 1,
  ScsiResponse: 0x21,
  ScsiDataIn: 0x25,
  ScsiDataOut: 5,
};

function withCode(name: string): Uint8Array {
  const bytes = new Uint8Array(48);
  bytes[0] = codes[name]!;
  return bytes;
}

test("keys and values come back, and text of any kind is read or refused", async (t) => {
  const key = fc.stringMatching(/^[A-Za-z][A-Za-z0-9.@_-]{0,40}$/);
  const value = fc.string({ unit: "grapheme-ascii", maxLength: 200 });
  await holds(
    fc.property(fc.array(fc.tuple(key, value)), (pairs) => {
      checkEqual(readKeyValues(writeKeyValues(pairs)), pairs);
    }),
  );
  await holds(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      readKeyValues(bytes);
    }),
  );
  t.pass();
});

test("bytes of any kind are PDUs, the end, or a fault", async (t) => {
  const form: PduForm = { headerDigest: false, dataDigest: false, maximumDataBytes: 600 };
  const forms = fc.record({ headerDigest: fc.boolean(), dataDigest: fc.boolean() });
  await holds(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 20 }), forms, async (given, digests) => {
      async function* input(): AsyncGenerator<Uint8Array> {
        yield* given;
      }
      const reader = new PduReader(input());
      try {
        for (let count = 0; (await reader.next({ ...form, ...digests })) !== undefined; count++) {
          if (count > 200) throw new Error("more PDUs than there are bytes for");
        }
      } catch (error) {
        if (!(error instanceof ProtocolFault)) throw error;
      }
    }),
  );
  t.pass();
});

/** A PDU of which something is wrong: its header is partly sense, partly not. */
const oddPdu: fc.Arbitrary<Buffer> = fc
  .record({
    code: fc.oneof(fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 0x10), fc.integer({ min: 0, max: 255 })),
    immediate: fc.boolean(),
    flags: fc.integer({ min: 0, max: 255 }),
    additional: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 255 })),
    announced: fc.oneof({ weight: 4, arbitrary: fc.constant(-1) }, fc.integer({ min: 0, max: 0xff_ffff })),
    lun: fc.constantFrom(0, 0, 0, 1),
    tags: fc.array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant(0xffff_ffff)), { minLength: 2, maxLength: 2 }),
    cmdSn: fc.integer({ min: 0, max: 12 }),
    rest: octets(16),
    operation: fc.constantFrom(0x00, 0x12, 0x28, 0x2a, 0xa0, 0x1e, 0x5b, 0x03, 0xaa, 0x7f),
    data: fc.uint8Array({ maxLength: 300 }),
  })
  .map(({ code, immediate, flags, additional, announced, lun, tags, cmdSn, rest, operation, data }) => {
    const header = Buffer.alloc(48);
    header[0] = (code % 64) + (immediate ? 0x40 : 0);
    header[1] = flags;
    header[4] = additional;
    header.writeUIntBE(announced < 0 ? data.length : announced, 5, 3);
    header[9] = lun;
    header.writeUInt32BE(tags[0]!, 16);
    header.writeUInt32BE(tags[1]!, 20);
    header.writeUInt32BE(cmdSn, 24);
    Buffer.from(rest).copy(header, 32);
    header[32] = operation;
    const body = announced < 0 ? Buffer.alloc(Math.ceil(data.length / 4) * 4) : Buffer.alloc(data.length);
    Buffer.from(data).copy(body);
    return Buffer.concat([header, Buffer.alloc(additional * 4), body]);
  });

test("initiators that send nonsense are got rid of, and others do not notice", async (t) => {
  const drive = new ScriptedDrive();
  const failures: string[] = [];
  const service = await serveTransport(drive, listenTcp, {
    port: 0,
    onEvent: (event) => {
      if (event.type === "failure") failures.push(event.reason);
    },
  });
  t.teardown(() => service.close());
  const other = await Initiator.connect(t, service);
  await other.login({ target: service.targetName, isid: 77 });
  await other.settle();
  const behaviour = fc.record({
    isLoggedIn: fc.boolean(),
    keys: fc.constantFrom({}, { InitialR2T: "No" }, { HeaderDigest: "CRC32C" }, { ImmediateData: "No" }),
    pdus: fc.array(oddPdu, { minLength: 1, maxLength: 12 }),
    noise: fc.uint8Array({ maxLength: 200 }),
  });
  await holds(
    fc.asyncProperty(behaviour, async ({ isLoggedIn, keys, pdus, noise }) => {
      let socket = connect(service.port, service.host);
      if (isLoggedIn) {
        socket.destroy();
        const initiator = await Initiator.connect(t, service);
        await initiator.login({ target: service.targetName, keys });
        socket = initiator.socket;
        socket.removeAllListeners("data");
      }
      socket.on("error", () => {});
      socket.resume();
      for (const pdu of pdus) socket.write(pdu);
      socket.end(noise);
      if (!socket.destroyed) await once(socket, "close");
    }),
    { numRuns: isSlow ? 3000 : 100 },
  );
  const told = await other.settle();
  // A reset by one initiator is told to the others; a command that changes the medium, too.
  t.true(
    told.every((sense) => /^6\/2[89f]\/00$/.test(sense)),
    told.join(", "),
  );
  t.is((await other.command([0x12, 0, 0, 0, 36, 0], { read: 36 })).status, 0);
  t.deepEqual(failures, []);
});
