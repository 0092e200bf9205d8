import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import test from "ava";

/** Codecs that one side alone uses, with the reason. */
const oneSided: Readonly<Record<string, string>> = {
  posixAttributesRows: "the rows that the straight-line PX is held equal to, by a property test",
  directoryRecord: "written straight line by the renderer, and held equal by a test",
  pathTableRecordM: "read by verification alone: nobody walks a tree by path tables",
  pathTableRecordL: "read by verification alone: nobody walks a tree by path tables",
  parentLink: "a reader comes from the parent, and needs no way back",
  spaceBitmapHead: "read by verification alone: on what is written here, nothing is ever free",
  sparingTableHead: "media with packets that go bad are read, and not written",
  sparingMapEntry: "media with packets that go bad are read, and not written",
  relocated: "its presence alone says all; it has no members",
  terminalEntry: "dumped alone: a chain of entries ends there, and nothing is read of it",
  descriptorTag: "written straight line before every descriptor, and held equal to the rows by a property test",
  fileIdentifierDescriptor: "written straight line by the renderer, and held equal to the rows by a property test",
  implementationUseVolumeDescriptor: "all that a reader needs of it stands in the Logical Volume Descriptor, too",
  unallocatedSpaceDescriptor: "written because a sequence must have one; nothing is ever free",
  volumeDescriptorPointer: "read only: a sequence of ours goes on nowhere",
  bootRecord: "read only: what makes an image bootable is kept when it grows, and not made",
  managementTable: "read only: what a film states of itself is its author's",
  tableHead: "read only, as the management table",
  titleSearchPointer: "read only, as the management table",
  cellAddress: "read only, as the management table",
  indirectEntry: "read only: chains of entries are for media on which blocks are appended one by one",
};

interface SourceFile {
  readonly path: string;
  readonly text: string;
}

function filesBelow(folder: string): SourceFile[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return path.endsWith(".ts") ? [{ path, text: readFileSync(path, "utf8") }] : [];
  });
}

const files = filesBelow("src/fs");
const codecs = files.flatMap(({ path, text }) =>
  [...text.matchAll(/^export const (\w+): (?:Struct|Descriptor)?Codec</gm)].map((match) => ({ name: match[1]!, path })),
);

function isUsed(name: string, declaredIn: string, use: (text: string) => boolean): boolean {
  // Two file systems may have codecs of one name.
  const imports = new RegExp(`^import [^;]*\\b${name}\\b[^;]*/${basename(declaredIn, ".ts")}\\.js";$`, "m");
  return files.some(({ path, text }) => path !== declaredIn && imports.test(text) && use(text));
}

/** Whether a codec is a field of another one, which it is written and read with. */
function isField(name: string): boolean {
  return files.some(({ text }) => text.includes(`nested(${name})`));
}

/** Whether another codec, declared beside it, calls it. */
function isCalledBeside(name: string, path: string, method: "read" | "write"): boolean {
  return files.some((file) => file.path === path && file.text.includes(`${name}.${method}(`));
}

test("there are codecs to look at", (t) => {
  t.true(codecs.length > 50);
  t.deepEqual(
    Object.keys(oneSided).filter((name) => !codecs.some((codec) => codec.name === name)),
    [],
    "reasons are given for codecs that there are",
  );
});

for (const { name, path } of codecs) {
  test(`${basename(dirname(path))}: ${name} is written and read, or its reason is given`, (t) => {
    const isWritten =
      isField(name) ||
      isCalledBeside(name, path, "write") ||
      isUsed(name, path, (text) =>
        new RegExp(
          `\\b${name}\\.write\\(|pending\\("\\w+", ${name}\\b|: ${name};|\\? ${name} |\\b(writeDescriptor|as|written)\\(${name}\\b`,
        ).test(text),
      );
    const isRead =
      isField(name) ||
      isCalledBeside(name, path, "read") ||
      isUsed(name, path, (text) =>
        new RegExp(
          `\\b${name}(\\.read\\(|\\b[^;]*\\.read\\()|\\b(readDescriptor\\(|tryDescriptor\\(reading, )${name}\\b`,
          "s",
        ).test(text),
      );
    t.true((isWritten && isRead) || name in oneSided, `${name}: written ${isWritten}, read ${isRead}`);
  });
}

/** Codecs of commands that the emulated drive needs and the recorder does not, with the reason. */
const onDriveSideAlone: Readonly<Record<string, string>> = {
  atip: "other burners look at it; what it tells of the capacity, the disc information tells, too",
  "disc-resources": "other programs ask how many tracks a disc can still have; the recorder is told by a refusal",
  "error-recovery-page": "other programs set how often a drive reads again",
  "get-event-status-notification": "kernels use the events up; the recorder compares what it reads of the disc",
  "mechanism-status": "changers are not driven",
  "mode-sense-6": "hosts of old send it; the recorder sends the long form",
  "read-12": "other programs send it; transfers of the recorder fit the short form",
  "read-media-serial-number": "Linux lets only an administrator send it",
  "write-feature-payloads": "whether a feature is current is all that the recorder asks",
};

/** Parts of codecs, and tables: both sides need no import of their own. */
const partsOfCodecs = ["command", "command-registry", "feature-codes", "features", "items", "profiles"];

const deviceFiles = filesBelow("src/device");

function isImported(name: string, from: (path: string) => boolean): boolean {
  return deviceFiles.some(({ path, text }) => from(path) && text.includes(`/mmc/${name}.js"`));
}

test("what one side of the way to a drive writes, the other reads", (t) => {
  const isDrive = (path: string): boolean => /^src.device.emulated.(?!quirk|fault|misbehav)/.test(path);
  const isHost = (path: string): boolean => !/^src.device.(emulated|iscsi|mmc|trace)/.test(path);
  const names = deviceFiles.filter(({ path }) => /^src.device.mmc/.test(path)).map(({ path }) => basename(path, ".ts"));
  const codecFiles = names.filter((name) => !partsOfCodecs.includes(name));
  t.true(codecFiles.length > 40);
  t.deepEqual(
    codecFiles.filter((name) => !isImported(name, isDrive)),
    [],
    "the drive needs every codec",
  );
  t.deepEqual(
    codecFiles.filter((name) => !isImported(name, isHost)).sort(),
    Object.keys(onDriveSideAlone).sort(),
    "the recorder needs those that no reason is given for",
  );
});

interface Declared {
  readonly name: string;
  readonly operationCode: number;
}

function isCommand(value: unknown): value is Declared {
  return typeof value === "object" && value !== null && "cdb" in value && "operationCode" in value;
}

test("the emulated drive answers every command that is declared", async (t) => {
  const { handlers } = await import("../src/device/emulated/commands.js");
  const declared: Declared[] = [];
  for (const { path } of deviceFiles.filter((file) => /^src.device.mmc/.test(file.path))) {
    const exported = (await import(`../${path.replace(/\.ts$/, ".js")}`)) as Record<string, unknown>;
    for (const value of Object.values(exported)) {
      if (isCommand(value)) declared.push(value);
    }
  }
  t.true(declared.length >= 35);
  t.deepEqual(
    declared.filter(({ operationCode }) => !handlers.has(operationCode)).map(({ name }) => name),
    [],
  );
});
