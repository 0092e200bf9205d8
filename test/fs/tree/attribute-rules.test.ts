import test from "ava";
import type { AttributeRules } from "../../../src/fs/tree/attribute-rules.js";
import { applyAttributeRules } from "../../../src/fs/tree/attribute-rules.js";
import { DirectoryNode } from "../../../src/index.js";

function modesAfter(rules: AttributeRules): Readonly<Record<string, string>> {
  const root = new DirectoryNode("", { mode: 0o700, uid: 5, gid: 6 });
  root.addFile("/plain", "", { mode: 0o620, uid: 7 });
  root.addFile("/program", "", { mode: 0o4701, gid: 8 });
  root.addDirectory("/dir", { mode: 0o1777 });
  root.addSymlink("/dir/link", "plain", { mode: 0o777, uid: 9 });
  applyAttributeRules(root, rules);
  const shown = ["/", "/plain", "/program", "/dir", "/dir/link"].map((path) => {
    const { mode, uid, gid } = root.item(path);
    return [path, `${mode.toString(8)} ${uid} ${gid}`];
  });
  return Object.fromEntries(shown);
}

test("rationalised: as a disc for everybody", (t) => {
  t.deepEqual(modesAfter({ rationalised: true }), {
    "/": "555 0 0",
    "/plain": "444 0 0",
    "/program": "555 0 0",
    "/dir": "555 0 0",
    "/dir/link": "777 0 0",
  });
});

test("what is given wins, and what is not stays", (t) => {
  t.deepEqual(modesAfter({ fileMode: 0o640, gid: 3 }), {
    "/": "700 5 3",
    "/plain": "640 7 3",
    "/program": "640 0 3",
    "/dir": "1777 0 3",
    "/dir/link": "777 9 3",
  });
  t.like(modesAfter({ rationalised: true, directoryMode: 0o750, uid: 1 }), { "/": "750 1 0", "/plain": "444 1 0" });
});
