import test from "ava";
import fc from "fast-check";
import { emulatedMediaOf, mediaTypes } from "../../../src/device/emulated/media.js";
import type { MediumState, SequentialMedium } from "../../../src/device/emulated/medium.js";
import { blankMedium, profileOfMedium } from "../../../src/device/emulated/medium.js";
import { brokenInvariant } from "../../../src/device/emulated/medium-invariants.js";
import {
  filledBlocks,
  nextWritableLba,
  trackEnd,
  usableBlocks,
  withSessionClosed,
  withTrack,
  withTrackBegun,
} from "../../../src/device/emulated/sequential.js";
import { decodeSidecar, encodeSidecar } from "../../../src/device/emulated/sidecar.js";
import { profileOf } from "../../../src/device/mmc/profiles.js";

const blankOf = (type: string, capacityBlocks = 40_000): MediumState =>
  blankMedium(emulatedMediaOf(type)!, capacityBlocks, 7);

test("every emulated medium has a profile of its type", (t) => {
  for (const type of mediaTypes) {
    const profile = profileOf(profileOfMedium(blankOf(type)));
    // Profiles of BD do not tell how many layers there are.
    t.is(profile.media, type.startsWith("bd") ? type.replace("-dl", "") : type);
  }
});

test("every blank medium keeps the invariants, and its sidecar tells it again", (t) => {
  for (const type of mediaTypes) {
    for (const capacityBlocks of [1, 33, 40_000, emulatedMediaOf(type)!.defaultCapacityBlocks]) {
      const state = blankOf(type, capacityBlocks);
      t.is(brokenInvariant(state), undefined, type);
      t.deepEqual(decodeSidecar("disc", encodeSidecar(state)), state);
    }
  }
});

test("whatever sessions are written: tracks lie apart, in units, inside the disc, and the sidecar tells them again", (t) => {
  const sizes = fc.array(fc.integer({ min: 1, max: 9_000 }), { maxLength: 8 });
  const types = mediaTypes.filter((type) => emulatedMediaOf(type)!.sequential !== null);
  fc.assert(
    fc.property(fc.constantFrom(...types), sizes, (type, sessions) => {
      let state = blankOf(type) as SequentialMedium;
      let end = 0;
      for (const wanted of sessions) {
        const start = nextWritableLba(state);
        if (start === null) break;
        t.true(start >= end && start % state.media.unitBlocks === 0);
        const begun = withTrackBegun(state, state.media.family === "cd" ? "trackAtOnce" : "incremental");
        const number = begun.tracks.length;
        const written = withTrack(begun, number, { blocks: Math.min(wanted, usableBlocks(begun) - start) });
        const blocks = filledBlocks(written, written.tracks.at(-1)!);
        state = withTrack(written, number, { blocks, state: "complete" });
        end = trackEnd(state, state.tracks.at(-1)!);
        state = withSessionClosed(state, false);
        t.is(brokenInvariant(state), undefined);
      }
      t.deepEqual(decodeSidecar("disc", encodeSidecar(state)), state);
    }),
  );
});
