import test from "ava";
import { printPlan } from "../../../src/fs/layout/plan.js";
import type { PlanLimits } from "../../../src/fs/layout/planner.js";
import { planRegions } from "../../../src/fs/layout/planner.js";
import type { Place, Region } from "../../../src/fs/layout/region.js";
import { failsWith } from "../../support/failures.js";

function region(kind: string, blocks: number, place: Place = { at: "next" }): Region {
  return { kind, name: `Region ${kind}`, blocks, place, needs: "plan" };
}

/** Kinds and addresses of a plan, in order. */
function placed(regions: readonly Region[], firstBlock = 0, limits: PlanLimits = {}): string {
  return planRegions(regions, firstBlock, limits)
    .regions.map(({ region: { kind, blocks }, lba }) => `${kind} ${lba}+${blocks}`)
    .join(", ");
}

test("regions follow one another from the first block", (t) => {
  t.is(placed([region("a", 3), region("b", 0), region("c", 2)]), "a 0+3, b 3+0, c 3+2");
  t.is(placed([region("a", 3), region("c", 2)], 1000), "a 1000+3, c 1003+2");
  t.is(placed([]), "");
});

test("fixed places are kept, and gaps before them filled", (t) => {
  const fixed = region("fixed", 1, { at: "fromStart", block: 16 });
  t.is(placed([fixed, region("a", 3)]), "a 0+3, gap 3+13, fixed 16+1");
  t.is(placed([fixed, region("a", 20)], 100), "gap 100+16, fixed 116+1, a 117+20");
  const absolute = region("absolute", 2, { at: "absolute", lba: 256 });
  t.is(placed([absolute, region("a", 300)], 10), "gap 10+246, absolute 256+2, a 258+300");
});

test("small regions use what is free between fixed ones, and stay in their order", (t) => {
  const one = region("one", 16, { at: "fromStart", block: 0 });
  const other = region("other", 1, { at: "fromStart", block: 20 });
  t.is(placed([one, other, region("a", 4), region("b", 2)]), "one 0+16, a 16+4, other 20+1, b 21+2");
  t.is(placed([one, other, region("a", 5), region("b", 2)]), "one 0+16, gap 16+4, other 20+1, a 21+5, b 26+2");
});

test("alignment is counted from the medium's start", (t) => {
  t.is(placed([region("a", 1), region("b", 2, { at: "next", align: 32 })], 40), "a 40+1, gap 41+23, b 64+2");
});

test("a region does not lie before the block of the session that it asks for", (t) => {
  const late = region("late", 2, { at: "next", from: 10 });
  t.is(placed([region("a", 3), late, region("b", 1)]), "a 0+3, gap 3+7, late 10+2, b 12+1");
  t.is(placed([region("a", 3), late, region("b", 1)], 1000), "a 1000+3, gap 1003+7, late 1010+2, b 1012+1");
  // What follows keeps its order, and does not go back into the gap.
  t.is(placed([late, region("a", 3)]), "gap 0+10, late 10+2, a 12+3");
  t.is(placed([region("a", 20), late]), "a 0+20, late 20+2");
  const aligned = region("aligned", 32, { at: "next", from: 10, align: 32 });
  t.is(placed([aligned], 40), "gap 40+24, aligned 64+32");
  const fixed = region("fixed", 1, { at: "fromStart", block: 11 });
  t.is(placed([fixed, late]), "gap 0+11, fixed 11+1, late 12+2");
});

test("a plan ends at a multiple of the medium's blocks, and what is counted from the end with it", (t) => {
  const endAlign = 32;
  t.is(placed([region("a", 5)], 0, { endAlign }), "a 0+5, gap 5+27");
  t.is(placed([region("a", 32)], 0, { endAlign }), "a 0+32");
  t.is(placed([region("a", 5)], 40, { endAlign }), "a 40+5, gap 45+19");
  const last = region("last", 3, { at: "fromEnd", block: 2 });
  t.is(placed([region("a", 5), last], 0, { endAlign }), "a 0+5, gap 5+24, last 29+3");
  t.is(placed([region("a", 30), last], 0, { endAlign }), "a 0+30, gap 30+31, last 61+3");
  t.is(placed([], 32, { endAlign }), "");
});

test("an end that has to be a multiple counts against what there is room for", async (t) => {
  t.is(planRegions([region("a", 5)], 0, { blocks: 32, endAlign: 32 }).blocks, 32);
  await failsWith(t, "E_IMAGE_TOO_BIG", { blocks: 32, limitBlocks: 31 }, () =>
    planRegions([region("a", 5)], 0, { blocks: 31, endAlign: 32 }),
  );
});

test("regions of the end lie behind all others", (t) => {
  const anchor = region("anchor", 1, { at: "fromEnd", block: 2 });
  const last = region("last", 1, { at: "fromEnd", block: 0 });
  t.is(placed([anchor, last, region("a", 5)]), "a 0+5, anchor 5+1, gap 6+1, last 7+1");
});

test("regions that overlap are a programmer's fault", (t) => {
  const one = region("one", 4, { at: "fromStart", block: 16 });
  const other = region("other", 1, { at: "fromStart", block: 18 });
  t.throws(() => planRegions([one, other], 0), { instanceOf: TypeError, message: /other .* block 18/ });
  const before = region("before", 1, { at: "absolute", lba: 5 });
  t.throws(() => planRegions([before], 10), { instanceOf: TypeError });
});

test("limits are those of the medium and of 32-bit addresses", async (t) => {
  t.is(planRegions([region("a", 10)], 0, { blocks: 10 }).blocks, 10);
  await failsWith(t, "E_IMAGE_TOO_BIG", { blocks: 11, limitBlocks: 10 }, () =>
    planRegions([region("a", 11)], 0, { blocks: 10 }),
  );
  const limitBlocks = 0xffff_ffff - 1000;
  t.is(planRegions([region("a", limitBlocks)], 1000).blocks, limitBlocks);
  await failsWith(t, "E_IMAGE_TOO_BIG", { blocks: limitBlocks + 1, limitBlocks }, () =>
    planRegions([region("a", limitBlocks + 1)], 1000),
  );
});

test("a plan is frozen, plain data, and prints", (t) => {
  const plan = planRegions([region("a", 3), region("b", 2, { at: "fromStart", block: 5 })], 100);
  t.true(Object.isFrozen(plan) && Object.isFrozen(plan.regions));
  t.deepEqual(JSON.parse(JSON.stringify(plan)), plan);
  t.is(printPlan(plan).split("\n").length, plan.regions.length + 1);
  t.regex(printPlan(plan), /^ +100 +3 {2}a +Region a\n/);
});
