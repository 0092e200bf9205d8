import test from "ava";
import type { ReadContext } from "../../../src/codec/codec.js";
import { encode } from "../../../src/codec/struct.js";
import type { Warning } from "../../../src/errors.js";
import type { LinkComponent } from "../../../src/fs/rockridge/entries.js";
import {
  alternateName,
  deviceNumber,
  posixAttributes,
  rockRidgeReferences,
  symbolicLink,
  timeStamps,
} from "../../../src/fs/rockridge/entries.js";
import { detectRockRidge, rockRidgeProtocol } from "../../../src/fs/rockridge/rock-ridge-reader.js";
import { extensionsReference, sharingProtocolIndicator } from "../../../src/fs/susp/entries.js";
import type { ExtendedAttributes } from "../../../src/fs/susp/system-use-reader.js";
import { ContinuationReader } from "../../../src/fs/susp/system-use-reader.js";
import { MemorySource } from "../../../src/medium/memory-source.js";

const continuations = new ContinuationReader(new MemorySource(new Uint8Array(2048)));
const warnings: Warning[] = [];
const context: ReadContext = { tolerant: true, lba: 1, onWarning: (warning) => warnings.push(warning) };

function bytes(...parts: (Uint8Array | number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function attributes(...parts: Uint8Array[]): ExtendedAttributes {
  const protocol = rockRidgeProtocol({ bytesSkipped: 0, version: "1.12", charset: undefined }, continuations);
  return protocol.attributes(bytes(...parts), context);
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const name = (value: string, continues = false): LinkComponent => ({ kind: "name", continues, text: text(value) });
const special = (kind: "root" | "current" | "parent"): LinkComponent => ({
  kind,
  continues: false,
  text: new Uint8Array(0),
});

const attributeBytes = encode(posixAttributes, { mode: 0o100644, links: 1, uid: 2, gid: 3, serialNumber: 4 });
const indicator = encode(sharingProtocolIndicator, { bytesSkipped: 0 });

test("targets of links are put together of their components", (t) => {
  const cases: [string, LinkComponent[]][] = [
    ["a/b", [name("a"), name("b")]],
    ["/", [special("root")]],
    ["/a", [special("root"), name("a")]],
    ["./../x", [special("current"), special("parent"), name("x")]],
    ["long", [name("lo", true), name("ng")]],
    ["a//b", [name("a"), name(""), name("b")]],
    ["dir/", [name("dir"), name("")]],
  ];
  for (const [target, components] of cases) {
    t.is(attributes(encode(symbolicLink, { continues: false, components })).target, target);
  }
  const pieces = attributes(
    encode(symbolicLink, { continues: true, components: [name("a"), name("b", true)] }),
    encode(symbolicLink, { continues: false, components: [name("c"), name("d")] }),
  );
  t.is(pieces.target, "a/bc/d");
});

test("names are joined of their pieces, and keep bytes that are not UTF-8", (t) => {
  const piece = (value: Uint8Array, continues: boolean): Uint8Array =>
    encode(alternateName, { name: value, continues });
  t.is(attributes(piece(text("ab"), true), piece(text("cd"), false)).name, "abcd");
  t.is(attributes(piece(Uint8Array.of(0x61, 0xff), false)).name, "a\udcff");
  t.is(attributes(piece(new Uint8Array(0), false)).name, undefined);
  t.is(attributes(piece(text("first"), false), piece(text("second"), false)).name, "first");
});

test("modes, owners, times and devices", (t) => {
  const found = attributes(
    attributeBytes,
    encode(timeStamps, { modify: 1000, access: 2000, creation: 3000 }),
    encode(deviceNumber, { high: 0, low: 0x801 }),
  );
  t.is(found.type, "file");
  t.deepEqual(
    [found.mode, found.uid, found.gid, found.serialNumber, found.mtimeMs, found.atimeMs, found.ctimeMs],
    [0o644, 2, 3, 4, 1000, 2000, 3000],
  );
  t.deepEqual([found.major, found.minor], [8, 1]);
  const wide = attributes(encode(deviceNumber, { high: 8, low: 300 }));
  t.deepEqual([wide.major, wide.minor], [8, 300]);
});

test("Rock Ridge is known by ER, or by PX without it, behind XA attributes too", async (t) => {
  const reference = (version: "1.10" | "1.12"): Uint8Array => encode(extensionsReference, rockRidgeReferences[version]);
  const detect = (...parts: (Uint8Array | number[])[]) => detectRockRidge(bytes(...parts), continuations, context);
  t.deepEqual(await detect(indicator, reference("1.12")), { bytesSkipped: 0, version: "1.12", charset: undefined });
  t.deepEqual(await detect(indicator, reference("1.10")), { bytesSkipped: 0, version: "1.10", charset: undefined });
  t.deepEqual(await detect(indicator, attributeBytes), { bytesSkipped: 0, version: null, charset: undefined });
  t.is(await detect(indicator), undefined);
  t.is(await detect(), undefined);
  const extended = encode(sharingProtocolIndicator, { bytesSkipped: 14 });
  t.deepEqual(await detect(new Array(14).fill(1), extended, attributeBytes), {
    bytesSkipped: 14,
    version: null,
    charset: undefined,
  });
});

test("entries that are too short are left out with a warning", (t) => {
  warnings.length = 0;
  for (const signature of ["PX", "TF", "NM", "SL", "PN", "CL"]) attributes(bytes(text(signature), [4, 1]));
  t.deepEqual(
    warnings.map(({ code }) => code),
    new Array(6).fill("W_TOLERATED"),
  );
});
