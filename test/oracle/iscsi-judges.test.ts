/** Other people's initiators on a served disc: libiscsi's programs and its test suite, and QEMU's block layer. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import { appendSession, blankDisc } from "../support/disc.js";
import { patternBytes } from "../support/rich-tree.js";
import { serveByCommand } from "../support/served-discs.js";
import { requireTool, temporaryFolder } from "../support/tools.js";

interface Outcome {
  readonly code: number | null;
  readonly text: string;
}

async function run(name: string, ...words: string[]): Promise<Outcome> {
  const child = spawn(name, words, { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (piece: Buffer) => {
      text += piece.toString("latin1");
    });
  }
  const [code] = (await once(child, "close")) as [number | null];
  return { code, text };
}

/** A disc with a session of some length. */
async function recordedDisc(t: ExecutionContext): Promise<string> {
  const path = await blankDisc(t, "dvd+r");
  await appendSession(path, ({ root }) => {
    root.addFile("/large", patternBytes(3_000_000, 8));
  });
  return path;
}

test("libiscsi finds the target, its unit and who it is", async (t) => {
  for (const tool of ["iscsi-ls", "iscsi-inq"]) if (!requireTool(t, tool)) return;
  const { host, port, targetName, url } = await serveByCommand(t, await recordedDisc(t));
  const listed = await run("iscsi-ls", "-s", `iscsi://${host}:${port}/`);
  t.is(listed.code, 0, listed.text);
  t.is(listed.text, `Target:${targetName} Portal:${host}:${port},1\nLun:0    Type:MMC\n`);
  const inquired = await run("iscsi-inq", url);
  t.is(inquired.code, 0, inquired.text);
  t.regex(inquired.text, /Peripheral Device Type:MMC/);
  t.regex(inquired.text, /Vendor:DISCSMTH/);
  const pages = await run("iscsi-inq", "-e", "1", "-c", "0", url);
  t.is(
    pages.text,
    ["0x00 SUPPORTED_VPD_PAGES", "0x80 UNIT_SERIAL_NUMBER", "0x83 DEVICE_IDENTIFICATION", ""]
      .map((page) => (page === "" ? "" : `Page:${page}`))
      .join("\n"),
  );
  t.regex((await run("iscsi-inq", "-e", "1", "-c", "128", url)).text, /^Unit Serial Number:\[[0-9a-f]{8}\]$/m);
  const identity = await run("iscsi-inq", "-e", "1", "-c", "131", url);
  t.true(identity.text.includes(`Designator:[${targetName},L,0x0000000000000000`), identity.text);
});

// Suites for disks, for pages that drives have not, and for media that can be written at any block are left out.
const suites = [
  "iSCSI.*",
  "SCSI.Inquiry.*",
  "SCSI.TestUnitReady.*",
  "SCSI.Mandatory.*",
  "SCSI.PreventAllow.*",
  "SCSI.Read10.*",
  "SCSI.Read12.*",
  "SCSI.ReadCapacity10.*",
];

test("libiscsi's test suite passes, as far as it is about drives", async (t) => {
  if (!requireTool(t, "iscsi-test-cu")) return;
  const { url } = await serveByCommand(t, await recordedDisc(t));
  for (const suite of suites) {
    const { code, text } = await run("iscsi-test-cu", "--fail", "--dataloss", "--normal", `--test=${suite}`, url);
    t.is(code, 0, `${suite}: ${text}`);
    const counts = /asserts +(\d+) +(\d+) +(\d+) +(\d+)/.exec(text);
    t.true(Number(counts?.[2] ?? 0) > 0, `${suite} asserted something: ${text}`);
    t.is(counts?.[4], "0", suite);
  }
});

test("QEMU's block layer reads a disc", async (t) => {
  if (!requireTool(t, "qemu-img")) return;
  const path = await recordedDisc(t);
  const { url } = await serveByCommand(t, path);
  const copy = join(temporaryFolder(t), "copy.raw");
  const { code, text } = await run("qemu-img", "convert", "-O", "raw", url, copy);
  t.is(code, 0, text);
  t.true(readFileSync(copy).equals(readFileSync(path)));
});
