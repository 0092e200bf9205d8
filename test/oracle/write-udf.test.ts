/** UDF volumes of one session, of every revision, as other programs read them. */
import test from "ava";
import { udfRevisions } from "../../src/fs/udf/revision.js";
import { treeListing } from "../support/listing.js";
import { imageFile, makeImage } from "../support/made-image.js";
import { fillAll } from "../support/three-sessions.js";
import { alone, bridge, hasTools, judgeImage, udfTree } from "../support/udf-verdicts.js";
import { xorrisoAgrees } from "../support/verdicts.js";

for (const [index, udfRevision] of udfRevisions.entries()) {
  for (const [name, systems] of Object.entries({ alone, "beside ISO 9660": bridge })) {
    test.serial(`UDF ${udfRevision}, ${name}`, async (t) => {
      if (!hasTools(t)) return;
      const options = { ...systems, udfRevision };
      const made = await makeImage(fillAll, options);
      const tree = await treeListing(made.image.root);
      // GRUB knows no metadata partitions, and is asked for each file by itself: it takes seconds.
      const grub = Number(udfRevision) < 2.5 && (index % 2 === 0) === (name === "alone");
      const isBoth = udfRevision === (name === "alone" ? "2.60" : "1.02");
      await judgeImage(t, made, { options, tree: udfTree(tree), grub, kernels: isBoth ? ["6.1", "6.12"] : ["6.1"] });
      if (name !== "alone") xorrisoAgrees(t, imageFile(t, made.bytes), tree);
    });
  }
}
