import test from "ava";
import fc from "fast-check";
import { lbaFromMsf, msfFromLba } from "../../src/device/mmc/minute-second-frame.js";

test("minutes, seconds and frames", (t) => {
  t.is(msfFromLba(0), 0x000200);
  t.is(msfFromLba(-150), 0);
  t.is(msfFromLba(359_849), 0x4f3b4a);
  t.is(lbaFromMsf(0x611a41), -11_635);
  fc.assert(
    fc.property(fc.integer({ min: -45_150, max: 404_849 }), (block) => lbaFromMsf(msfFromLba(block)) === block),
  );
});
