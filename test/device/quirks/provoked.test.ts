/** Each quirk is a switch: with it on, the drive behaves so; without, it does not. */
import test from "ava";
import { mediaTypes } from "../../../src/device/emulated/media.js";
import { allMedia } from "../../../src/device/emulated/quirk.js";
import { quirks, quirksNamed } from "../../../src/device/emulated/quirks.js";
import { provocations } from "./provocations.js";
import { Asker, discWith, driveWith } from "./support.js";

test("every quirk has a name of its own, media, sentences, and something that shows it", (t) => {
  const names = quirks.map(({ name }) => name);
  t.deepEqual([...allMedia].sort(), [...mediaTypes].sort());
  t.deepEqual(names, [...new Set(names)]);
  t.deepEqual([...names].sort(), Object.keys(provocations).sort());
  for (const { name, media, drive, recorder } of quirks) {
    t.regex(name, /^[a-z][A-Za-z0-9]+$/);
    t.true(media.length > 0 && media.every((type) => allMedia.includes(type)), name);
    t.true(media.includes(provocations[name]!.media), name);
    for (const sentence of [drive, recorder]) t.regex(sentence, /^[A-Z0-9-].*\.$/, name);
  }
});

test("a quirk that there is none of is refused, and those that there are keep their order", (t) => {
  t.throws(() => quirksNamed(["bufferFull", "bufferEmpty"]), { code: "E_OPTION_INVALID", message: /"bufferEmpty"/ });
  const last = quirks.at(-1)!.name;
  t.deepEqual(
    quirksNamed([last, quirks[0]!.name]).map(({ name }) => name),
    [quirks[0]!.name, last],
  );
});

for (const [name, { media, sessions, finalised, shows }] of Object.entries(provocations)) {
  test(`${name} shows on ${media}`, async (t) => {
    const quirky = await driveWith(t, await discWith(media, sessions, finalised), { quirks: [name] });
    t.true(await shows(new Asker(quirky)));
    const plain = await driveWith(t, await discWith(media, sessions, finalised));
    t.false(await shows(new Asker(plain)));
  });
}
