import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { readTrace } from "../../src/device/trace-reader.js";
import type { DiscError } from "../../src/errors.js";
import { hasCode } from "../../src/errors.js";

const whole = readFileSync(join(import.meta.dirname, "../../../test/fixtures/traces/dvd+r.trace"), "utf8");

const header = {
  trace: 1,
  device: "x.disc",
  kind: "emulated",
  maximumTransferBytes: 65_536,
  drive: null,
  program: null,
  started: "2026-01-02T03:04:05.000Z",
  blocks: "digest",
  serialNumbers: "redacted",
};
const sent = {
  send: 1,
  atMs: 0.5,
  command: "READ CAPACITY",
  cdb: "25 00 00 00 00 00 00 00 00 00",
  fields: {},
  direction: "in",
  bytes: 8,
  timeoutMs: 30_000,
};
const answer = { answer: 1, ms: 0.25, status: "ok", bytes: 8, data: { hex: "0000000000000800" } };
const refusal = {
  answer: 1,
  ms: 0,
  status: "check",
  sense: { key: 5, asc: 32, ascq: 0, text: "illegal request" },
  rawSense: "",
};
const close = { event: "close", atMs: 1, result: "ok" };
const data = { sha256: "00" };

function textOf(...lines: unknown[]): string {
  return lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n") + "\n";
}

test("a trace is read as it was written", (t) => {
  const trace = readTrace(textOf(header, sent, answer, close), "x.trace");
  t.deepEqual(JSON.parse(JSON.stringify(trace)), {
    name: "x.trace",
    header,
    steps: [
      { line: 2, sent, answer },
      { line: 4, event: close },
    ],
    isComplete: true,
  });
  const drive = { vendor: "A", product: "B", revision: "C" };
  t.deepEqual(readTrace(textOf({ ...header, drive }), "x.trace").header.drive, drive);
});

const broken: readonly (readonly [what: string, lines: readonly unknown[], line: number, reason: string])[] = [
  ["nothing", [""], 1, "is not JSON"],
  ["no JSON", ["a burn"], 1, "is not JSON"],
  ["a number", [7], 1, "it is not an object"],
  ["a list", [[]], 1, "trace is missing"],
  ["no header", [sent], 1, "trace is missing, expected version 1 of the format"],
  ["another version", [{ ...header, trace: 2 }], 1, "trace is 2, expected version 1 of the format"],
  ["a kind of its own", [{ ...header, kind: "tape" }], 1, 'kind is "tape", expected emulated or drive'],
  ["no maker", [{ ...header, drive: {} }], 1, "drive.vendor is missing, expected a text"],
  ["a maker that is a text", [{ ...header, drive: "x" }], 1, "drive is not an object"],
  ["no JSON further on", [header, sent, "{"], 3, "is not JSON"],
  ["an empty line", [header, "", sent], 2, "is not JSON"],
  ["a line of no kind", [header, { hello: 1 }], 2, "has neither send nor answer nor event"],
  ["a second header", [header, header], 2, "has neither send nor answer nor event"],
  ["a number that is none", [header, { ...sent, send: "1" }], 2, 'send is "1", expected a whole number from 0'],
  ["a wrong number", [header, { ...sent, send: 2 }], 2, "sends command 2, expected 1"],
  ["no time", [header, { ...sent, atMs: null }], 2, "atMs is null, expected a number of milliseconds"],
  ["no hexadecimal", [header, { ...sent, cdb: "0x25" }], 2, 'cdb is "0x25", expected pairs of hexadecimal digits'],
  ["half a byte", [header, { ...sent, cdb: "250" }], 2, 'cdb is "250", expected pairs of hexadecimal digits'],
  [
    "a direction of its own",
    [header, { ...sent, direction: "up" }],
    2,
    'direction is "up", expected none or in or out',
  ],
  [
    "fields of fields",
    [header, { ...sent, fields: { a: {} } }],
    2,
    "fields is .*, expected texts, numbers and booleans",
  ],
  ["nothing that went out", [header, { ...sent, direction: "out" }], 2, "data is missing, expected what was sent"],
  ["data of no form", [header, { ...sent, data: {} }], 2, "data is {}, expected one of hex, base64 and sha256"],
  [
    "data of two forms",
    [header, { ...sent, data: { ...data, hex: "00".repeat(8) } }],
    2,
    "data is .*, expected one of",
  ],
  ["too little data", [header, sent, { ...answer, bytes: 9 }], 3, "data.hex is .*, expected 9 bytes"],
  ["no base64", [header, sent, { ...answer, data: { base64: "AA" } }], 3, 'data.base64 is "AA", expected 8 bytes'],
  [
    "parts beyond the data",
    [header, sent, { ...answer, data: { ...data, kept: [{ at: 7, hex: "0000" }] } }],
    3,
    "data.kept\\[0\\].at is 7, expected a part of 8 bytes",
  ],
  [
    "parts that are none",
    [header, sent, { ...answer, data: { ...data, kept: 1 } }],
    3,
    "data.kept is 1, expected a list",
  ],
  ["an answer to nothing", [header, answer], 2, "answers command 1, which waits for no answer"],
  ["an answer to another", [header, sent, { ...answer, answer: 2 }], 3, "answers command 2, which waits for no answer"],
  ["a second answer", [header, sent, answer, answer], 4, "answers command 1, which waits for no answer"],
  ["a command too early", [header, sent, { ...sent, send: 2 }], 3, "sends a command before command 1 was answered"],
  ["an event too early", [header, sent, close], 3, "has an event before command 1 was answered"],
  ["an event of its own", [header, { ...close, event: "eject" }], 2, 'event is "eject", expected reserve or release'],
  ["something after the end", [header, close, sent], 3, "follows the end of the conversation"],
  ["a status of its own", [header, sent, { ...answer, status: "good" }], 3, 'status is "good", expected ok or check'],
  ["no reason", [header, sent, { answer: 1, ms: 0, status: "failed" }], 3, "errno is missing, expected a text"],
  ["no sense", [header, sent, { ...refusal, sense: undefined }], 3, "sense is not an object"],
  ["no sense key", [header, sent, { ...refusal, sense: {} }], 3, "sense.key is missing, expected a whole number"],
  ["no raw sense", [header, sent, { ...refusal, rawSense: null }], 3, "rawSense is null, expected a text"],
];

for (const [what, lines, line, reason] of broken) {
  test(`${what}: refused, with the line`, (t) => {
    const error = t.throws<DiscError>(() => readTrace(textOf(...lines), "x.trace"));
    if (!hasCode(error, "E_TRACE_INVALID")) return t.fail(String(error));
    t.like(error.detail, { trace: "x.trace", line });
    t.regex(error.detail.reason, new RegExp(`^${reason}`));
    t.is(error.message, `x.trace, line ${line}: ${error.detail.reason}`);
  });
}

test("an empty file is no trace", (t) => {
  t.throws(() => readTrace("", "x.trace"), {
    code: "E_TRACE_INVALID",
    message: "x.trace, line 1: is empty, not a trace",
  });
});

test("a trace that is cut off anywhere is read as far as it goes", (t) => {
  const all = readTrace(whole, "whole");
  t.true(all.isComplete);
  const headerBytes = whole.indexOf("\n");
  let previous = 0;
  for (let length = headerBytes; length < whole.length; length += length % 7 === 0 ? 13 : 29) {
    const cut = readTrace(whole.slice(0, length), "cut");
    const { steps } = cut;
    t.true(steps.length >= previous);
    const complete = steps.filter((step) => !("sent" in step) || step.answer !== null);
    // Only the last command may lack its answer.
    t.true(steps.length - complete.length <= 1);
    t.deepEqual(complete, all.steps.slice(0, complete.length));
    previous = complete.length;
  }
  for (const length of [1, 20, headerBytes - 1]) {
    t.throws(() => readTrace(whole.slice(0, length), "cut"), { code: "E_TRACE_INVALID" });
  }
});
