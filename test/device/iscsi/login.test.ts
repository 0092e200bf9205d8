/** How initiators are let in, and what is agreed upon. */
import type { ExecutionContext } from "ava";
import test from "ava";
import { type Initiator, keysOf } from "../../support/iscsi-initiator.js";
import { ScriptedDrive } from "../../support/scripted-drive.js";
import type { Served } from "./support.js";
import { closedBy, served } from "./support.js";

const initiatorName = "iqn.2020-01.test:someone";

async function setUp(t: ExecutionContext): Promise<Served & { target: string }> {
  const serving = await served(t, new ScriptedDrive());
  return { ...serving, target: serving.service.targetName };
}

/** Status class and detail of the answer to a login request. */
async function statusOf(initiator: Initiator): Promise<string> {
  const { code, header } = await initiator.receive();
  return code === 0x23 ? header.readUInt16BE(36).toString(16).padStart(4, "0") : `code ${code}`;
}

test("every key has its way to a value", async (t) => {
  const { connect, target } = await setUp(t);
  const initiator = await connect();
  const offered: readonly (readonly [key: string, value: string, answer: string | undefined])[] = [
    ["HeaderDigest", "CRC32C,None", "CRC32C"],
    ["DataDigest", "Better,None", "None"],
    ["MaxConnections", "8", "1"],
    ["InitialR2T", "No", "No"],
    ["ImmediateData", "Yes", "Yes"],
    ["MaxRecvDataSegmentLength", "0x10000", undefined],
    ["MaxBurstLength", "16776192", "1048576"],
    ["FirstBurstLength", "4096", "4096"],
    ["DefaultTime2Wait", "2", "2"],
    ["DefaultTime2Retain", "20", "0"],
    ["MaxOutstandingR2T", "16", "1"],
    ["DataPDUInOrder", "No", "Yes"],
    ["DataSequenceInOrder", "Perhaps", "Reject"],
    ["ErrorRecoveryLevel", "2", "0"],
    ["TaskReporting", "FastAbort,RFC3720", "RFC3720"],
    ["iSCSIProtocolLevel", "2", "1"],
    ["IFMarker", "Yes", "No"],
    ["OFMarkInt", "1~8", "Reject"],
    ["X-org.example.colour", "blue", "NotUnderstood"],
  ];
  initiator.sendLogin({ from: 0, to: 1 }, { InitiatorName: initiatorName, TargetName: target, AuthMethod: "None" });
  const first = await initiator.receive();
  const said = new Map(keysOf(first.data));
  t.is(said.get("AuthMethod"), "None");
  t.is(said.get("TargetPortalGroupTag"), "1");
  t.is(first.header[1], 0x80 + 1, "goes on from the stage of security to that of operation");
  initiator.sendLogin({ from: 1 }, Object.fromEntries(offered.map(([key, value]) => [key, value])));
  const second = await initiator.receive();
  t.is(second.header[1], 4, "stays in the stage as long as the initiator does");
  t.is(second.header.readUInt16BE(14), 0, "there is no session yet");
  const agreed = new Map(keysOf(second.data));
  for (const [key, value, answer] of offered) {
    if (key !== "MaxRecvDataSegmentLength") t.is(agreed.get(key), answer, `${key}=${value}`);
  }
  t.is(agreed.get("MaxRecvDataSegmentLength"), "262144", "the target tells its own");
  initiator.sendLogin({ from: 1, to: 3 }, {});
  const last = await initiator.receive();
  t.is(last.header[1], 0x80 + 4 + 3);
  t.not(last.header.readUInt16BE(14), 0);
  t.is(last.data.length, 0);
});

test("text may go on over several PDUs", async (t) => {
  const { connect, target } = await setUp(t);
  const initiator = await connect();
  initiator.sendLogin({ from: 1, continues: true }, `InitiatorName=${initiatorName}\0Target`);
  const empty = await initiator.receive();
  t.is(empty.data.length, 0);
  t.is(empty.header[1], 4);
  initiator.sendLogin({ from: 1, to: 3 }, `Name=${target}\0`);
  t.is(await statusOf(initiator), "0000");
  t.deepEqual(await initiator.settle(), ["6/29/00"]);
});

const who = { InitiatorName: initiatorName };
/** What is said first, and the status that it gets. */
const refusals: readonly (readonly [
  what: string,
  status: string,
  stages: { from: number; to?: number; continues?: boolean },
  keys: (target: string) => Readonly<Record<string, string>> | string,
  fields?: { tsih?: number; version?: number },
])[] = [
  ["no InitiatorName", "0207", { from: 0, to: 1 }, (target) => ({ TargetName: target })],
  ["a name with a space", "0200", { from: 0, to: 1 }, (target) => ({ InitiatorName: "a b", TargetName: target })],
  ["no TargetName", "0207", { from: 0, to: 1 }, () => who],
  ["another TargetName", "0203", { from: 0, to: 1 }, (target) => ({ ...who, TargetName: `${target}.not` })],
  ["an odd session type", "0209", { from: 0, to: 1 }, () => ({ ...who, SessionType: "Odd" })],
  ["CHAP alone", "0201", { from: 0, to: 1 }, (target) => ({ ...who, TargetName: target, AuthMethod: "CHAP" })],
  ["a later version", "0205", { from: 0, to: 1 }, (target) => ({ ...who, TargetName: target }), { version: 1 }],
  ["no such session", "020a", { from: 0, to: 1 }, (target) => ({ ...who, TargetName: target }), { tsih: 77 }],
  ["a stage that there is not", "0200", { from: 2, to: 3 }, () => who],
  ["a way back", "0200", { from: 1, to: 1 }, () => who],
  ["a way on in the middle of text", "0200", { from: 0, to: 1, continues: true }, () => who],
  ["a key twice", "0200", { from: 1 }, (t) => `InitiatorName=a\0TargetName=${t}\0InitialR2T=No\0InitialR2T=No\0`],
  ["no keys and values", "0200", { from: 1 }, () => "nonsense\0"],
  ["a key of no name", "0200", { from: 1 }, () => "=x\0"],
  ["too many keys", "0302", { from: 1 }, (target) => ({ ...who, TargetName: target, ...many(700) })],
];

function many(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_unused, index) => [`X${index}`, ""]));
}

for (const [what, status, stages, keys, fields] of refusals) {
  test(`a login is refused: ${what}`, async (t) => {
    const { connect, target, events } = await setUp(t);
    const initiator = await connect();
    initiator.sendLogin(stages, keys(target), fields);
    t.is(await statusOf(initiator), status);
    await closedBy(initiator);
    t.is(events.at(-1)?.type, "refused");
  });
}

test("text that never ends is refused", async (t) => {
  const { connect } = await setUp(t);
  const initiator = await connect();
  const piece = `X=${"y".repeat(8000)}`;
  for (let sent = 0; sent < 9; sent++) {
    initiator.sendLogin({ from: 0, continues: true }, piece);
    const status = await statusOf(initiator);
    if (status === "0302") break;
    t.is(status, "0000");
    t.true(sent < 8);
  }
  await closedBy(initiator);
});

test("stages follow each other, and who logs in stays the same", async (t) => {
  const { connect, target } = await setUp(t);
  const skipping = await connect();
  skipping.sendLogin({ from: 0, to: 1 }, { ...who, TargetName: target });
  t.is(await statusOf(skipping), "0000");
  skipping.sendLogin({ from: 0, to: 3 }, {});
  t.is(await statusOf(skipping), "0200");
  const changing = await connect();
  changing.sendLogin({ from: 0, to: 1 }, { ...who, TargetName: target });
  t.is(await statusOf(changing), "0000");
  changing.sendLogin({ from: 1, to: 3 }, {}, { isid: 9 });
  t.is(await statusOf(changing), "0200");
});

test("nothing but a login is answered before one", async (t) => {
  const { connect, events } = await setUp(t);
  const initiator = await connect();
  initiator.sendCommand([0, 0, 0, 0, 0, 0]);
  t.is(await initiator.receiveOrEnd(), undefined);
  t.deepEqual(events.at(-1)?.type, "refused");
});

test("a data segment of a login is no longer than the standard allows", async (t) => {
  const { connect } = await setUp(t);
  const initiator = await connect();
  initiator.sendLogin({ from: 0, to: 1 }, `InitiatorName=${"x".repeat(9000)}\0`);
  t.is(await initiator.receiveOrEnd(), undefined);
});

test("a discovery session tells the target and where it is, and does no commands", async (t) => {
  const { connect, service, target } = await setUp(t);
  const initiator = await connect();
  await initiator.login({ discovery: true, keys: { MaxBurstLength: "512", MaxRecvDataSegmentLength: "8192" } });
  t.is(initiator.agreed.get("MaxBurstLength"), "Irrelevant");
  t.is(initiator.agreed.get("TargetPortalGroupTag"), undefined);
  const address = ["TargetAddress", `127.0.0.1:${service.port},1`];
  t.deepEqual(await initiator.text({ SendTargets: "All" }), [["TargetName", target], address]);
  t.deepEqual(await initiator.text({ SendTargets: target }), [["TargetName", target], address]);
  t.deepEqual(await initiator.text({ SendTargets: "iqn.2020-01.test:other" }), []);
  initiator.sendCommand([0, 0, 0, 0, 0, 0]);
  const reject = await initiator.receive();
  t.is(reject.code, 0x3f);
  t.is(reject.header[2], 0x04);
  t.is(await initiator.logout(), 0);
  await closedBy(initiator);
});

test("a session with a target may ask for that one alone", async (t) => {
  const { enter, target } = await setUp(t);
  const initiator = await enter();
  t.deepEqual(await initiator.text({ SendTargets: "All", Colour: "blue" }), [
    ["SendTargets", "Reject"],
    ["Colour", "NotUnderstood"],
  ]);
  t.deepEqual((await initiator.text({ SendTargets: "" }))[0], ["TargetName", target]);
});

test("a session takes the place of an earlier one of the same initiator", async (t) => {
  const { enter, events, target } = await setUp(t);
  const first = await enter({ isid: 5 });
  const other = await enter({ isid: 6 });
  const second = await enter({ isid: 5 });
  await closedBy(first);
  t.deepEqual(await second.settle(), []);
  t.deepEqual(await other.settle(), []);
  t.is(events.filter(({ type }) => type === "login").length, 3);
  const gone = events.filter((event) => event.type === "logout");
  t.deepEqual(
    gone.map((event) => event.type === "logout" && event.reason),
    ["logged in again"],
  );
  t.not(target, "");
});

test("a second connection of a session is refused", async (t) => {
  const { connect, enter, target } = await setUp(t);
  await enter();
  const second = await connect();
  second.sendLogin({ from: 0, to: 1 }, { ...who, TargetName: target }, { tsih: 1, cid: 1 });
  t.is(await statusOf(second), "0206");
});

test("there is room for so many sessions, and for no more", async (t) => {
  const { connect, enter, target } = await setUp(t);
  const initiators = [];
  for (let isid = 1; isid <= 8; isid++) initiators.push(await enter({ isid }));
  const last = await connect();
  await t.throwsAsync(last.login({ target, isid: 9 }), { message: /status 302/ });
  t.is(await initiators[0]!.logout(), 0);
  await closedBy(initiators[0]!);
  await enter({ isid: 9 });
});

if (process.env.DISCSMITH_SLOW === "1") {
  test("a connection that does not log in is closed after a while", async (t) => {
    const { connect } = await setUp(t);
    const idle = await connect();
    t.is(await idle.receiveOrEnd(), undefined);
  });
}

test("there is room for so many connections, and for no more", async (t) => {
  const { connect, enter } = await setUp(t);
  const idle = [];
  for (let count = 0; count < 31; count++) idle.push(await connect());
  const initiator = await enter();
  const tooMany = await connect();
  t.is(await tooMany.receiveOrEnd(), undefined);
  t.deepEqual(await initiator.settle(), []);
});

test("digests are checked both ways", async (t) => {
  const { enter, connect, events, target } = await setUp(t);
  const keys = { HeaderDigest: "CRC32C", DataDigest: "CRC32C" };
  const initiator = await enter({ keys, isid: 1 });
  const { data, status } = await initiator.command([0x12, 0, 0, 0, 36, 0], { read: 36 });
  t.is(status, 0);
  t.is(data.length, 36);
  const broken = await connect();
  await broken.login({ target, keys, isid: 2 });
  broken.digests = { header: false, data: true };
  broken.sendCommand([0, 0, 0, 0, 0, 0]);
  broken.sendCommand([0, 0, 0, 0, 0, 0]);
  t.is(await broken.receiveOrEnd(), undefined);
  t.regex(JSON.stringify(events.at(-1)), /header digest/);
  const torn = await connect();
  await torn.login({ target, keys: { DataDigest: "CRC32C" }, isid: 3 });
  torn.digests = { header: false, data: false };
  const header = torn.header(0x00, 0x80);
  torn.send(header, Buffer.from("ping"));
  torn.send(torn.header(0x00, 0x80));
  const reject = await torn.receive();
  t.is(reject.code, 0x3f);
  t.is(reject.header[2], 0x02);
  t.is(await torn.receiveOrEnd(), undefined);
});
