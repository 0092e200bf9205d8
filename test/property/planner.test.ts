import test from "ava";
import fc from "fast-check";
import { hasCode } from "../../src/errors.js";
import { regionAt } from "../../src/fs/layout/plan.js";
import { planRegions } from "../../src/fs/layout/planner.js";
import type { Place, Region } from "../../src/fs/layout/region.js";
import { holds } from "../support/properties.js";

const block = fc.integer({ min: 0, max: 400 });
const place: fc.Arbitrary<Place> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      at: fc.constant("next" as const),
      align: fc.constantFrom(1, 16, 32),
      from: fc.constantFrom(0, 0, 0, 288),
    }),
  },
  { weight: 1, arbitrary: fc.record({ at: fc.constant("fromStart" as const), block }) },
  { weight: 1, arbitrary: fc.record({ at: fc.constant("fromEnd" as const), block: fc.integer({ min: 0, max: 9 }) }) },
);
const regions: fc.Arbitrary<Region[]> = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 60 }), place), { maxLength: 14 })
  .map((given) =>
    given.map(([blocks, at], index) => ({
      kind: `region ${index}`,
      name: "",
      // Anchors and the like: one block each.
      blocks: at.at === "fromEnd" ? 1 : blocks,
      place: at,
      needs: "plan" as const,
    })),
  );

test("a plan tiles its blocks and obeys every place, or is refused", async (t) => {
  let planned = 0;
  await holds(
    fc.property(regions, fc.integer({ min: 0, max: 5000 }), fc.constantFrom(1, 32), (given, firstBlock, endAlign) => {
      let plan: ReturnType<typeof planRegions>;
      try {
        plan = planRegions(given, firstBlock, { endAlign });
      } catch (error) {
        // Places that contradict each other are a programmer's fault.
        if (error instanceof TypeError || hasCode(error, "E_IMAGE_TOO_BIG")) return;
        throw error;
      }
      planned++;
      let end = firstBlock;
      for (const { region, lba } of plan.regions) {
        if (lba !== end) throw new Error(`${region.kind} lies at ${lba}, not ${end}`);
        end += region.blocks;
      }
      if (end !== firstBlock + plan.blocks || end % endAlign !== 0) throw new Error(`ends at ${end}`);
      let before = firstBlock;
      for (const region of given) {
        const lba = plan.regions.find((placed) => placed.region === region)?.lba;
        if (lba === undefined) throw new Error(`${region.kind} is not there`);
        const { place: asked } = region;
        if (asked.at === "fromStart" && lba !== firstBlock + asked.block) throw new Error(`${region.kind} at ${lba}`);
        if (asked.at === "fromEnd" && lba !== end - 1 - asked.block) throw new Error(`${region.kind} at ${lba}`);
        if (asked.at === "next") {
          if (lba % (asked.align ?? 1) !== 0) throw new Error(`${region.kind} is not aligned`);
          if (lba < firstBlock + (asked.from ?? 0)) throw new Error(`${region.kind} lies too early, at ${lba}`);
          if (lba < before) throw new Error(`${region.kind} lies before what it follows`);
          before = lba + region.blocks;
        }
        if (region.blocks > 0 && plan.regions[regionAt(plan, lba)]!.region !== region) throw new Error("not found");
      }
    }),
    { numRuns: 2000 },
  );
  t.true(planned > 500, `${planned} of 2000 could be planned`);
});
