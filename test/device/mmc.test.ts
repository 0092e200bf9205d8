import test from "ava";
import fc from "fast-check";
import { emulatedMediaOf, mediaTypes } from "../../src/device/emulated/media.js";
import type { MediumState } from "../../src/device/emulated/medium.js";
import {
  blankMedium,
  filledBlocks,
  nextWritableLba,
  withLastTrack,
  withSessionClosed,
  withTrackBegun,
} from "../../src/device/emulated/medium.js";
import { decodeSidecar, encodeSidecar } from "../../src/device/emulated/sidecar.js";
import { lbaFromMsf, msfFromLba } from "../../src/device/mmc/minute-second-frame.js";
import { profileOf } from "../../src/device/mmc/profiles.js";

test("minutes, seconds and frames", (t) => {
  t.is(msfFromLba(0), 0x000200);
  t.is(msfFromLba(-150), 0);
  t.is(msfFromLba(359_849), 0x4f3b4a);
  t.is(lbaFromMsf(0x611a41), -11_635);
  fc.assert(
    fc.property(fc.integer({ min: -45_150, max: 404_849 }), (block) => lbaFromMsf(msfFromLba(block)) === block),
  );
});

test("every emulated medium has a profile that can be written", (t) => {
  for (const type of mediaTypes) {
    const media = emulatedMediaOf(type)!;
    const profile = profileOf(media.profile);
    t.is(profile.media, type);
    t.is(profile.procedure?.writeUnitBlocks, media.unitBlocks);
    t.is(profile.procedure?.runOutBlocks, media.runOutBlocks);
  }
  t.is(profileOf(0xffff).model, "readOnly");
});

test("whatever sessions are written: tracks lie apart, in units, inside the disc, and the sidecar tells them again", (t) => {
  const sizes = fc.array(fc.integer({ min: 1, max: 9_000 }), { maxLength: 8 });
  fc.assert(
    fc.property(fc.constantFrom(...mediaTypes), sizes, (type, sessions) => {
      const media = emulatedMediaOf(type)!;
      let state: MediumState = blankMedium(media, 40_000, 7);
      let end = 0;
      for (const wanted of sessions) {
        const start = nextWritableLba(state);
        if (start === null) break;
        t.true(start >= end && start % media.unitBlocks === 0);
        const blocks = Math.min(filledBlocks(media, wanted), state.capacityBlocks - start);
        state = withLastTrack(withTrackBegun(state), { blocks, state: "complete" });
        state = withSessionClosed(state, false);
        end = start + blocks + media.runOutBlocks;
      }
      t.deepEqual(decodeSidecar("disc", encodeSidecar(state)), state);
    }),
  );
});
