import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import test from "ava";

/** Which rooms of `src` may import which others; docs/ARCHITECTURE.md, "Who may import whom". */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  units: [],
  errors: ["error-table"],
  "error-table": [],
  codec: ["errors"],
  medium: ["errors", "units", "codec"],
  multisession: ["errors", "units", "medium"],
  "fs/tree": ["errors", "units", "codec", "medium", "fs/names"],
  "fs/names": ["errors", "codec"],
  "fs/susp": ["errors", "units", "codec", "medium", "fs/tree", "fs/names"],
  "fs/zisofs": ["errors", "codec", "fs/tree"],
  "fs/layout": ["errors", "units", "codec", "fs/tree", "fs/names"],
  "fs/iso9660": ["errors", "units", "codec", "medium", "fs/tree", "fs/names", "fs/layout", "fs/susp"],
  "fs/rockridge": ["errors", "units", "codec", "medium", "fs/tree", "fs/names", "fs/layout", "fs/susp", "fs/zisofs"],
  "fs/joliet": ["errors", "units", "codec", "medium", "fs/tree", "fs/names", "fs/layout", "fs/susp", "fs/iso9660"],
  "fs/eltorito": ["errors", "units", "codec", "medium"],
  "fs/hybrid": ["errors", "units", "codec", "medium"],
  "fs/udf": ["errors", "units", "codec", "medium", "fs/tree", "fs/names", "fs/layout", "fs/susp"],
  "fs/fat": ["errors", "units", "codec", "fs/tree", "fs/names"],
  "fs/boot": [
    "errors",
    "units",
    "codec",
    "medium",
    "fs/tree",
    "fs/layout",
    "fs/iso9660",
    "fs/eltorito",
    "fs/fat",
    "fs/hybrid",
    "fs/growth",
  ],
  "fs/films": ["errors", "units", "codec", "fs/tree", "fs/layout"],
  "fs/growth": ["errors", "units", "codec", "medium", "fs/iso9660", "fs/udf", "fs/hybrid"],
  "fs/image": [
    "errors",
    "units",
    "codec",
    "medium",
    "multisession",
    "fs/tree",
    "fs/names",
    "fs/layout",
    "fs/susp",
    "fs/iso9660",
    "fs/rockridge",
    "fs/joliet",
    "fs/eltorito",
    "fs/hybrid",
    "fs/udf",
    "fs/growth",
    "fs/boot",
    "fs/zisofs",
    "fs/films",
  ],
  "fs/verify": [
    "errors",
    "units",
    "codec",
    "medium",
    "fs/tree",
    "fs/names",
    "fs/susp",
    "fs/iso9660",
    "fs/rockridge",
    "fs/udf",
    "fs/films",
    "fs/image",
    "fs/boot",
  ],
  "fs/dump": [
    "errors",
    "units",
    "codec",
    "medium",
    "fs/tree",
    "fs/names",
    "fs/susp",
    "fs/iso9660",
    "fs/rockridge",
    "fs/zisofs",
    "fs/joliet",
    "fs/eltorito",
    "fs/hybrid",
    "fs/udf",
    "fs/boot",
  ],
  "fs/patch": [
    "errors",
    "units",
    "codec",
    "medium",
    "fs/tree",
    "fs/names",
    "fs/susp",
    "fs/iso9660",
    "fs/rockridge",
    "fs/joliet",
    "fs/eltorito",
    "fs/hybrid",
    "fs/udf",
    "fs/image",
  ],
  device: [
    "errors",
    "units",
    "codec",
    "medium",
    "multisession",
    "device/mmc",
    "device/state",
    "device/plan",
    "device/job",
    "device/emulated",
  ],
  "device/mmc": ["errors", "units", "codec"],
  "device/state": ["errors", "units", "codec", "medium", "device/mmc"],
  "device/plan": ["errors", "units", "medium", "device/mmc", "device/state"],
  "device/job": ["errors", "units", "codec", "medium", "device", "device/mmc", "device/state", "device/plan"],
  "device/iscsi": ["errors", "units", "codec", "device", "device/mmc"],
  "device/emulated": ["errors", "units", "codec", "medium", "device", "device/mmc"],
  "native-binding": [],
  "device-host": ["errors", "units", "medium", "device", "device/mmc", "device/emulated", "native-binding"],
  index: [
    "codec",
    "errors",
    "error-table",
    "units",
    "medium",
    "multisession",
    "fs/tree",
    "fs/names",
    "fs/layout",
    "fs/rockridge",
    "fs/eltorito",
    "fs/hybrid",
    "fs/boot",
    "fs/films",
    "fs/udf",
    "fs/image",
    "fs/verify",
    "fs/dump",
    "fs/patch",
  ],
  host: [
    "errors",
    "units",
    "codec",
    "medium",
    "multisession",
    "fs/tree",
    "fs/names",
    "fs/layout",
    "fs/image",
    "fs/patch",
    "fs/iso9660",
    "fs/zisofs",
    "native-binding",
    "device/iscsi",
  ],
  "disc-access": ["errors", "medium", "device", "device/emulated", "device/iscsi", "device-host", "host"],
  "device-entry": [
    "device",
    "device/mmc",
    "device/state",
    "device/plan",
    "device/job",
    "device/emulated",
    "device/iscsi",
    "device-host",
    "disc-access",
    "host",
  ],
  "session-target": [
    "errors",
    "medium",
    "multisession",
    "device",
    "device/plan",
    "device-host",
    "disc-access",
    "fs/image",
    "host",
  ],
  "session-job": [
    "errors",
    "medium",
    "device",
    "device/plan",
    "device-host",
    "session-target",
    "fs/image",
    "fs/tree",
    "host",
  ],
  "tree-changes": ["medium", "fs/boot", "fs/films", "fs/image", "fs/tree", "host"],
  "disc-jobs": [
    "errors",
    "medium",
    "device",
    "session-target",
    "session-job",
    "tree-changes",
    "fs/boot",
    "fs/tree",
    "fs/image",
    "host",
  ],
  "rebuild-job": [
    "errors",
    "medium",
    "disc-jobs",
    "tree-changes",
    "fs/boot",
    "fs/films",
    "fs/image",
    "fs/tree",
    "host",
  ],
  "update-job": ["errors", "device", "session-target", "session-job", "fs/image", "host"],
  "patch-job": ["errors", "medium", "device-host", "disc-access", "fs/image", "fs/patch", "fs/tree", "host"],
  node: ["index", "host", "disc-jobs", "patch-job", "rebuild-job", "session-job", "tree-changes", "update-job"],
  cli: ["node", "device-entry", "host", "errors", "error-table", "cli/mkisofs"],
  "cli/mkisofs": ["node", "host", "cli"],
};

/** Rooms that may use Node itself. */
const hostRooms = [
  "host",
  "cli",
  "cli/mkisofs",
  "node",
  "disc-access",
  "device-host",
  "session-job",
  "tree-changes",
  "disc-jobs",
  "rebuild-job",
  "update-job",
  "patch-job",
  "session-target",
  "native-binding",
];

/** Files of `src/device` that open what the host has: real drives, and emulated ones in its files. */
const deviceHostFiles = ["drives.ts", "sg-transport.ts", "sg-device.ts", "sg-reply.ts", "list-drives.ts"];

/** All that may load the native addon: the way to real drives, and what Node's files lack. */
const nativeUsers = ["src/device/sg-transport.ts", "src/host/native-files.ts"];

const root = "src";

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sourceFiles(path) : /(?<!\.d)\.ts$/.test(entry.name) ? [path] : [];
  });
}

/** The room of a file: its folder, or for files right in `src` their name. */
function roomOf(path: string): string {
  const inside = path.slice(root.length + 1);
  if (inside === "device.ts") return "device-entry";
  if (inside === "disc-access.ts") return "disc-access";
  if (dirname(inside) === "device" && deviceHostFiles.includes(basename(inside))) return "device-host";
  return inside.includes("/") ? dirname(inside) : inside.replace(/\.ts$/, "");
}

/** What a file imports; without types, what it needs when it runs. */
function importsOf(path: string, withTypes = true): string[] {
  const whole = readFileSync(path, "utf8");
  const text = withTypes ? whole : whole.replace(/^(import|export) type\b[^;]*;/gm, "");
  const named = [...text.matchAll(/^(?:import|export)\b[^;]*?\bfrom "([^"]+)";/gm)].map((match) => match[1]!);
  const bare = [...text.matchAll(/^import "([^"]+)";/gm)].map((match) => match[1]!);
  return [...named, ...bare];
}

const files = sourceFiles(root);

test("every file lies in a room of the table", (t) => {
  const unknown = files.filter((path) => !(roomOf(path) in mayImport));
  t.deepEqual(unknown, []);
});

test("rooms import only what the table allows", (t) => {
  const wrong: string[] = [];
  for (const path of files) {
    const room = roomOf(path);
    for (const imported of importsOf(path)) {
      if (!imported.startsWith(".")) {
        if (!hostRooms.includes(room)) wrong.push(`${path}: ${imported} in the core`);
        continue;
      }
      const target = roomOf(normalize(join(dirname(path), imported)).replace(/\.js$/, ".ts"));
      if (target !== room && !mayImport[room]!.includes(target)) wrong.push(`${path}: ${room} imports ${target}`);
    }
  }
  t.deepEqual(wrong, []);
});

test("the native addon is loaded by drives and by the fast paths of files alone", (t) => {
  const users = files.filter((path) => /\bloadNative\(/.test(readFileSync(path, "utf8")));
  t.deepEqual(
    users.filter((path) => path !== "src/native-binding.ts"),
    nativeUsers,
  );
});

test("writers and readers of a file system do not import each other", (t) => {
  const wrong: string[] = [];
  for (const path of files.filter((file) => file.startsWith("src/fs/"))) {
    for (const imported of importsOf(path)) {
      const pair = `${path} -> ${imported}`;
      if (/-writer\.ts -> .*-reader\.js$|-reader\.ts -> .*-writer\.js$/.test(pair)) wrong.push(pair);
    }
  }
  t.deepEqual(wrong, []);
});

// Types alone may refer to each other: a directory holds items, and an item knows its directory.
test("there are no cycles", (t) => {
  const graph = new Map(
    files.map((path) => [
      path,
      importsOf(path, false)
        .filter((imported) => imported.startsWith("."))
        .map((imported) => normalize(join(dirname(path), imported)).replace(/\.js$/, ".ts")),
    ]),
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
    if (done.has(path) || trail.includes(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of files) visit(path, []);
  t.deepEqual(cycles, []);
});
