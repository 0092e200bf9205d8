import test from "ava";
import { printPlan } from "../../../src/fs/layout/plan.js";
import { planRegions } from "../../../src/fs/layout/planner.js";
import type { Place, Region } from "../../../src/fs/layout/region.js";
import { failsWith } from "../../support/failures.js";

function region(kind: string, blocks: number, place: Place = { at: "next" }): Region {
  return { kind, name: `Region ${kind}`, blocks, place, needs: "plan" };
}

/** Kinds and addresses of a plan, in order. */
function placed(regions: readonly Region[], firstBlock = 0): string {
  return planRegions(regions, firstBlock)
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
