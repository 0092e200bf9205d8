import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import { EmulatedDrive } from "../../src/device/emulated/drive.js";
import { Recorder } from "../../src/device/recorder.js";
import type { CommandResult, Transfer, Transport } from "../../src/device/transport.js";
import { createDisc } from "../../src/device.js";
import type { DiscError } from "../../src/errors.js";
import { nodeFileAccess } from "../../src/host/node-file-access.js";
import { append, openPlainly, readsBack, sessionOf, temporaryFolder } from "./support.js";

type Execute = (cdb: Uint8Array, transfer: Transfer) => Promise<CommandResult>;
/** Changes what a drive answers: gets the command, and the drive behind. */
type Quirk = (cdb: Uint8Array, drive: Execute, transfer: Transfer) => Promise<CommandResult> | CommandResult;

function check(key: number, asc: number, ascq: number): CommandResult {
  return { status: "check", sense: { key, asc, ascq }, rawSense: new Uint8Array(0), data: new Uint8Array(0) };
}

/** Changes the bytes of a reply that came back. */
async function changed(
  result: Promise<CommandResult>,
  change: (data: Uint8Array) => Uint8Array,
): Promise<CommandResult> {
  const found = await result;
  return found.status === "ok" ? { status: "ok", data: change(found.data) } : found;
}

async function withQuirk(t: ExecutionContext, path: string, quirk: Quirk): Promise<Recorder> {
  const drive = await EmulatedDrive.open(nodeFileAccess, path, {});
  const transport: Transport = {
    name: drive.name,
    kind: "drive",
    maximumTransferBytes: 65_536,
    execute: async (cdb, transfer, timeoutMs) =>
      await quirk(cdb, (other, way) => drive.execute(other, way, timeoutMs), transfer),
    reserve: () => drive.reserve(),
    release: () => drive.release(),
    [Symbol.asyncDispose]: () => drive[Symbol.asyncDispose](),
  };
  const recorder = await Recorder.on(transport);
  t.teardown(() => recorder[Symbol.asyncDispose]());
  return recorder;
}

async function discWith(t: ExecutionContext, media: string, sessions: number): Promise<string> {
  const path = join(await temporaryFolder(t), "disc");
  await createDisc(path, { media });
  await using recorder = await openPlainly(path);
  for (let session = 1; session <= sessions; session++) await append(recorder, session, 320);
  return path;
}

test("a blank CD whose next writable address is -150 starts at 0", async (t) => {
  const path = await discWith(t, "cd-r", 0);
  const recorder = await withQuirk(t, path, (cdb, drive, transfer) =>
    cdb[0] !== 0x52
      ? drive(cdb, transfer)
      : changed(drive(cdb, transfer), (data) => {
          if (data.length > 16) new DataView(data.buffer, data.byteOffset).setInt32(12, -150);
          return data;
        }),
  );
  t.is(recorder.state.nextWritableAddress, 0);
  await append(recorder, 1, 320);
  t.true(await readsBack(recorder, 1, 0, 320));
});

test("replies that end early are enough", async (t) => {
  const path = await discWith(t, "dvd+r", 2);
  const whole = await openPlainly(path);
  t.teardown(() => whole[Symbol.asyncDispose]());
  const recorder = await withQuirk(t, path, (cdb, drive, transfer) =>
    cdb[0] === 0x52
      ? changed(drive(cdb, transfer), (data) => data.subarray(0, 28))
      : cdb[0] === 0x51
        ? changed(drive(cdb, transfer), (data) => data.subarray(0, 12))
        : drive(cdb, transfer),
  );
  t.deepEqual(recorder.sessions, whole.sessions);
  t.is(recorder.state.nextWritableAddress, whole.state.nextWritableAddress);
  t.is(recorder.state.capacityBlocks, whole.state.capacityBlocks);
});

test("a drive that does not know track FFh is asked by number", async (t) => {
  const path = await discWith(t, "dvd+r", 1);
  const recorder = await withQuirk(t, path, (cdb, drive, transfer) =>
    cdb[0] === 0x52 && cdb[5] === 0xff ? check(5, 0x24, 0) : drive(cdb, transfer),
  );
  t.is(recorder.state.state, "appendable");
  t.is(await append(recorder, 2, 16), 320 + 2_048);
});

test("a formatted BD-R that claims to be appendable is blank", async (t) => {
  const path = await discWith(t, "bd-r", 0);
  const recorder = await withQuirk(t, path, (cdb, drive, transfer) =>
    cdb[0] !== 0x51
      ? drive(cdb, transfer)
      : changed(drive(cdb, transfer), (data) => {
          data[2] = 0x01;
          return data;
        }),
  );
  t.true(recorder.state.blank);
  t.is(recorder.state.nextWritableAddress, 0);
});

test("a reader that knows only the table of contents still finds the sessions", async (t) => {
  for (const media of ["cd-r", "dvd+r"]) {
    const path = await discWith(t, media, 2);
    await using whole = await openPlainly(path);
    const recorder = await withQuirk(t, path, (cdb, drive, transfer) =>
      [0x46, 0x51, 0x52].includes(cdb[0]!) ? check(5, 0x20, 0) : drive(cdb, transfer),
    );
    t.is(recorder.state.state, "complete");
    const starts = recorder.sessions.map(({ number, startLba }) => ({ number, startLba }));
    t.deepEqual(
      starts,
      whole.sessions.map(({ number, startLba }) => ({ number, startLba })),
    );
  }
});

test("a full buffer, and a drive that becomes ready late, are waited for", async (t) => {
  const path = await discWith(t, "dvd+r", 0);
  const sent = new Map<number, number>();
  const recorder = await withQuirk(t, path, (cdb, drive, transfer) => {
    const command = cdb[0]!;
    const times = (sent.get(command) ?? 0) + 1;
    sent.set(command, times);
    if (command === 0x2a && times % 3 === 0) return check(2, 0x04, 0x08);
    if (command === 0x00 && times % 4 === 0) return check(2, 0x04, 0x01);
    if (command === 0x5b && times % 2 === 1) return check(2, 0x04, 0x07);
    return drive(cdb, transfer);
  });
  await append(recorder, 1, 160);
  t.true(await readsBack(recorder, 1, 0, 160));
  t.true(sent.get(0x2a)! > 10);
  t.true(sent.get(0x5b)! > 2);
});

test("a write error ends the session; the sense is told, and a lost sense is asked for", async (t) => {
  const path = await discWith(t, "dvd+r", 1);
  let writes = 0;
  const recorder = await withQuirk(t, path, (cdb, drive, transfer) => {
    if (cdb[0] === 0x03)
      return { status: "ok", data: Buffer.from("70000300000000" + "0a" + "00000000" + "0c09" + "00000000", "hex") };
    if (cdb[0] !== 0x2a || ++writes < 3) return drive(cdb, transfer);
    return { status: "check", sense: null, rawSense: new Uint8Array(0), data: new Uint8Array(0) };
  });
  const start = recorder.state.nextWritableAddress!;
  const error = await t.throwsAsync<DiscError<"E_COMMAND_FAILED">>(recorder.write(sessionOf(2, start, 160)), {
    code: "E_COMMAND_FAILED",
  });
  t.like(error?.detail, { command: "WRITE (10)", senseKey: 3, asc: 0x0c, ascq: 0x09, status: 2 });
  t.regex(error!.detail.cdb, /^2a 00 00 00 09 /);
  t.regex(error!.message, /loss of streaming \(3\/0C\/09\)/);
  t.true(recorder.state.needsRepair);
  t.is(recorder.sessions[1]?.blocks, 32);
});

test("no medium, and a drive that cannot write the medium", async (t) => {
  const path = await discWith(t, "dvd+r", 1);
  await t.throwsAsync(
    withQuirk(t, path, () => check(2, 0x3a, 0x01)),
    { code: "E_NO_MEDIUM" },
  );
  await t.throwsAsync(
    withQuirk(t, path, () => ({ status: "failed", errno: "EIO" })),
    { code: "E_TRANSPORT_FAILED" },
  );
  const recorder = await withQuirk(t, path, (cdb, drive, transfer) =>
    cdb[0] !== 0x46
      ? drive(cdb, transfer)
      : changed(drive(cdb, transfer), (data) =>
          data.map((octet, at) => (data[at - 2] === 0 && data[at - 1] === 0x2b ? 0 : octet)),
        ),
  );
  const [sequential] = await recorder.multisessionInterfaces();
  t.false(sequential?.isSupportedOnCurrentMediaState);
  const next = recorder.state.nextWritableAddress!;
  await t.throwsAsync(recorder.write(sessionOf(2, next, 16)), { code: "E_DISC_READ_ONLY" });
});

test("a drive that finalises against its orders is found out before the first block", async (t) => {
  const path = await discWith(t, "cd-r", 1);
  const recorder = await withQuirk(t, path, (cdb, drive, transfer) =>
    cdb[0] === 0x55 ? { status: "ok", data: new Uint8Array(0) } : drive(cdb, transfer),
  );
  const next = recorder.state.nextWritableAddress!;
  await t.throwsAsync(recorder.write(sessionOf(2, next, 320)), { code: "E_NOT_SUPPORTED" });
  t.is(recorder.sessions.length, 1);
  t.is(recorder.state.state, "appendable");
});
