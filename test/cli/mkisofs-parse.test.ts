/** How command lines of mkisofs, genisoimage, xorrisofs and oscdimg are understood. */
import test from "ava";
import fc from "fast-check";
import { optionByName, optionGroups } from "../../src/cli/mkisofs/option-table.js";
import { oscdimgOptions, parseOscdimg } from "../../src/cli/mkisofs/oscdimg.js";
import { parseMkisofs } from "../../src/cli/mkisofs/parse.js";
import { partitionTypeOf } from "../../src/cli/mkisofs/partition-type.js";
import { pathTestOf } from "../../src/cli/mkisofs/path-patterns.js";
import { pathSpecOf, placeOfFile } from "../../src/cli/mkisofs/path-specs.js";
import type { MkisofsProgram, MkisofsRequest } from "../../src/cli/mkisofs/request.js";
import { expressionOf } from "../../src/cli/shell-pattern.js";
import { DiscError } from "../../src/node.js";
import { holds } from "../support/properties.js";

/** What a line asks for, of genisoimage where it says nothing else, with a path behind it. */
function asked(line: string, program: MkisofsProgram = "genisoimage"): MkisofsRequest {
  return parseMkisofs(program, [...line.split(" ").filter((word) => word !== ""), "tree"]);
}

const spellings: readonly (readonly [string, object])[] = [
  ["-V NAME", { volumeName: "NAME" }],
  ["-VNAME", { volumeName: "NAME" }],
  ["-volid NAME", { volumeName: "NAME" }],
  ["--volid NAME", { volumeName: "NAME" }],
  ["-volid=NAME", { volumeName: "NAME" }],
  ["--volid=NAME", { volumeName: "NAME" }],
  ["-voli NAME", { volumeName: "NAME" }],
  ["-V -dashes", { volumeName: "-dashes" }],
  ["-q", { quiet: true }],
  ["-quie", { quiet: true }],
  ["--quiet", { quiet: true }],
  ["-JR", { joliet: true, rockRidge: true, rationalised: false }],
  ["-rJ", { joliet: true, rockRidge: true, rationalised: true }],
  ["-rJV NAME", { joliet: true, rationalised: true, volumeName: "NAME" }],
  ["-JRo out.iso", { joliet: true, output: "out.iso" }],
  ["-o out.iso", { output: "out.iso" }],
  ["-o /dev/stdout", { output: "-" }],
  ["", { output: "-", rockRidge: false, isoLevel: 1, padding: true, newDirectoryMode: 0o555 }],
  ["-l", { isoLevel: 2 }],
  ["-iso-level 3 -l", { isoLevel: 3 }],
  ["-iso-level 4", { isoLevel: 4 }],
  ["-joliet-long", { joliet: true, longJolietNames: true }],
  ["-UDF -udf-symlinks", { udf: true, udfSpecialFiles: true }],
  ["-udf -udf-symlinks -no-udf-symlinks", { udf: true, udfSpecialFiles: false }],
  ["-R -rrip110", { rockRidge: true, rockRidgeVersion: "1.10" }],
  ["-rrip110 -rrip112", { rockRidgeVersion: "1.12" }],
  ["-joliet-long -no-long-joliet", { joliet: true, longJolietNames: false }],
  ["-posix-L", { followLinks: true }],
  ["-posix-L -posix-P -duplicates-once -short-rr-time -correct-inodes", { followLinks: false }],
  ["-allow-limited-size", { udf: true, isoLevel: 3 }],
  ["-max-iso9660-filenames", { isoLevel: 2, longNames: true, omitVersion: true }],
  ["-U", { longNames: true, omitPeriod: true, lowercase: true, multipleDots: true, leadingDots: true, anyAscii: true }],
  ["-uid 5", { uid: 5, rockRidge: true }],
  ["-dir-mode 0750 -file-mode 640", { directoryMode: 0o750, fileMode: 0o640, rockRidge: true }],
  ["-T", { translationTable: "TRANS.TBL" }],
  ["-T -table-name NAMES", { translationTable: "NAMES" }],
  ["-table-name NAMES -T", { translationTable: "NAMES" }],
  ["-no-pad", { padding: false }],
  ["-C 0,11702 -M disc.iso", { session: { previous: 0, next: 11_702 }, previousImage: "disc.iso" }],
  ["--modification-date=2010040711405800", { volumeModification: Date.UTC(2010, 3, 7, 11, 40, 58) }],
  ["-volume_date x 2010040711405812", { volumeExpiration: Date.UTC(2010, 3, 7, 11, 40, 58, 120) }],
  ["--set_all_file_dates set_to_mtime", { fileTimes: "modification" }],
  ["-gui -v -cache-inodes -ucs-level 3", { quiet: false }],
  ["-z", { zisofs: [1], zisofsSignature: "ZF" }],
  ["-transparent-compression --zisofs-version-2 -z", { zisofs: [1, 2] }],
  ["--zisofs-version-2 --zisofs2-susp-z2", { zisofs: [1, 2], zisofsSignature: "Z2" }],
  ["--zisofs2-susp-z2 --zisofs2-susp-zf", { zisofs: [], zisofsSignature: "ZF" }],
  ["-c boot/boot.cat", { catalogPath: "boot/boot.cat" }],
];

for (const [line, expected] of spellings) {
  test(`genisoimage ${line}`, (t) => {
    t.like(asked(line), { ...expected, pathSpecs: ["tree"] });
  });
}

test("xorrisofs does by itself what xorriso does", (t) => {
  t.like(asked("", "xorrisofs"), { rockRidge: true, isoLevel: 3, deepPaths: true, newDirectoryMode: 0o755 });
  t.like(asked("--norock", "xorrisofs"), { rockRidge: false });
  t.like(asked("-r --norock -R", "xorrisofs"), { rockRidge: true, rationalised: false });
});

test("entries of the boot catalog begin where the command line says so", (t) => {
  const { bootEntries } = asked("-b a -no-emul-boot -boot-load-size 4 -eltorito-alt-boot -e b -no-emul-boot -no-boot");
  t.is(bootEntries.length, 2);
  t.like(bootEntries[0], { image: "a", platform: 0, emulation: "none", loadSectors: 4, bootable: true });
  t.like(bootEntries[1], { image: "b", platform: 0xef, emulation: "none", loadSectors: undefined, bootable: false });
  const byPlatform = asked(
    "-b a -boot-load-size full -eltorito-platform efi -b b -hard-disk-boot -boot-load-seg 0x7c0",
  );
  t.deepEqual(
    byPlatform.bootEntries.map(({ image, platform, emulation, loadSegment }) => [
      image,
      platform,
      emulation,
      loadSegment,
    ]),
    [
      ["a", 0, "floppy", undefined],
      ["b", 0xef, "hardDisk", 0x7c0],
    ],
  );
  const short = asked(
    "-b a -boot-info-table --efi-boot b -efi-boot-part --efi-boot-image --grub2-boot-info",
    "xorrisofs",
  );
  t.deepEqual(
    short.bootEntries.map(({ image, infoTable }) => [image, infoTable]),
    [
      ["a", true],
      ["b", false],
      [undefined, false],
    ],
  );
  t.is(short.systemArea.efiPartition, "--efi-boot-image");
});

test("partitions and their types", (t) => {
  const { systemArea } = asked(
    "-append_partition 2 0xef efi.img -append_partition 3 Linux root.img -appended_part_as_gpt",
  );
  t.deepEqual(systemArea.appended, [
    { number: 2, type: { mbr: 0xef, guid: undefined }, path: "efi.img" },
    { number: 3, type: { mbr: 0x83, guid: undefined }, path: "root.img" },
  ]);
  const guid = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";
  t.deepEqual(partitionTypeOf("x", guid.toLowerCase()), { mbr: 0xef, guid });
  t.deepEqual(partitionTypeOf("x", "28732ac11ff8d211ba4b00a0c93ec93b"), { mbr: 0xef, guid });
  t.deepEqual(partitionTypeOf("x", "FAT16"), { mbr: 6, guid: undefined });
  t.is(
    asked("--gpt_disk_guid 2acd0323c7734a42a29825632da7f446").systemArea.diskGuid,
    "2303CD2A-73C7-424A-A298-25632DA7F446",
  );
});

const mistakes: readonly (readonly [string, RegExp])[] = [
  ["-nonsense", /there is no option "-nonsense"/],
  ["--jolliet", /there is no option "--jolliet"/],
  ["-volume-id X", /there is no option "-volume-id"/],
  ["-JX", /there is no option "-JX"/],
  ["-hfs", /-hfs is not supported: HFS is not written/],
  ["-hfsplus", /-hfsplus is not supported/],
  ["-long-rr-time", /-long-rr-time is not supported: times/],
  ["-data-change-warn", /-data-change-warn is not supported/],
  ["--md5", /--md5 is not supported: checksums/],
  ["-iso-level 5", /-iso-level is "5"/],
  ["-dir-mode u=rwx", /-dir-mode is "u=rwx", expected a mode in octal digits/],
  ["-uid root", /-uid is "root"/],
  ["-C 5", /-C is "5", expected two block addresses/],
  ["-M disc.iso", /-M is for use with -C/],
  ["-partition_offset 15", /-partition_offset is 15, expected 0, or a block from 16 on/],
  ["-partition_cyl_align some", /-partition_cyl_align is "some", expected auto, on, all, off/],
  ["-partition_sec_hd 64", /-partition_sec_hd is "64", expected a whole number up to 63/],
  ["-append_partition 0 0xef x", /expected one from 1, each once/],
  ["-append_partition 2 0x1ef x", /"0x1ef" is no type of a partition/],
  ["--modification-date=20100407", /expected a time as YYYYMMDDhhmmsscc/],
  ["--modification-date=2010023011405800", /expected a time/],
  ["-eltorito-selcrit xyz", /expected hexadecimal digits/],
  ["-rr_reloc_dir other", /allowed: rr_moved/],
  ["-volset-size 2", /-volset-size is "2", allowed: 1/],
];

for (const [line, expected] of mistakes) {
  test(`refused: ${line}`, (t) => {
    const error = t.throws(() => asked(line), { instanceOf: DiscError });
    t.is(error?.code, "E_USAGE");
    t.regex(error?.message ?? "", expected);
  });
}

test("a value that is missing, and a line without paths, are refused", (t) => {
  t.throws(() => parseMkisofs("genisoimage", ["tree", "-o"]), { message: /-o lacks its FILE/ });
  t.throws(() => parseMkisofs("genisoimage", ["tree", "-append_partition", "1", "0xef"]), {
    message: /lacks its FILE/,
  });
  t.throws(() => parseMkisofs("genisoimage", ["-o", "x.iso"]), { message: /there is no path/ });
  t.deepEqual(parseMkisofs("genisoimage", ["-o", "x.iso", "--", "-dash"]).pathSpecs, ["-dash"]);
});

test("each name is of one option", (t) => {
  const names = [...optionGroups.values()].flat().flatMap(({ names: own }) => own);
  t.is(names.length, optionByName.size);
  t.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
  const letters = oscdimgOptions.map(({ name }) => name);
  t.is(new Set(letters).size, letters.length);
});

test("no word is ignored: it is an option's, a path, or an error", async (t) => {
  const word = fc.stringMatching(/^-{1,2}[a-zA-Z0-9_-]{1,12}$/);
  await holds(
    fc.property(word, (text) => {
      try {
        const request = parseMkisofs("genisoimage", [text, "1", "2", "3", "tree"]);
        const name = text.replace(/^--?/, "");
        const isKnown = optionByName.has(name) || [...optionByName.keys()].some((known) => known.startsWith(name));
        const isLetters = !text.startsWith("--") && optionByName.has(name.charAt(0));
        if (!isKnown && !isLetters && text !== "--") throw new Error(`${text} was taken: ${request.pathSpecs.join()}`);
      } catch (error) {
        if (!(error instanceof DiscError) || error.code !== "E_USAGE") throw error;
      }
    }),
  );
  t.pass();
});

test("graft points", (t) => {
  const at = (word: string, program: MkisofsProgram = "genisoimage", root = "/", graftPoints = true): unknown => {
    const spec = pathSpecOf(word, { program, root, graftPoints });
    return [spec.source, spec.target, placeOfFile(spec)];
  };
  t.deepEqual(at("a/b=c"), ["c", "a/b", { directory: "a", name: "b" }]);
  t.deepEqual(at("/a/=x/c"), ["x/c", "a", { directory: "a", name: "c" }]);
  t.deepEqual(at("/a/=x/c", "xorrisofs"), ["x/c", "a", { directory: "", name: "a" }]);
  t.deepEqual(at("/=x/c", "xorrisofs"), ["x/c", "", { directory: "", name: "c" }]);
  t.deepEqual(at("a\\=b\\\\=c=d"), ["c=d", "a=b\\", { directory: "", name: "a=b\\" }]);
  t.deepEqual(at("a=b", "genisoimage", "/", false), ["a=b", "", { directory: "", name: "a=b" }]);
  t.deepEqual(at("x/c", "genisoimage", "/in/side"), ["x/c", "in/side", { directory: "in/side", name: "c" }]);
  t.deepEqual(at("./a/../b=c"), ["c", "b", { directory: "", name: "b" }]);
});

test("patterns of the shell", (t) => {
  const matches = (pattern: string, text: string): boolean => expressionOf(pattern).test(text);
  t.true(matches("*.o", "a.o"));
  t.false(matches("*.o", "a/b.o"));
  t.true(matches("a?c", "abc"));
  t.true(matches("[a-c]x", "bx"));
  t.false(matches("[!a-c]x", "bx"));
  t.true(matches("[]x]", "]"));
  t.true(matches("a\\*", "a*"));
  t.false(matches("a\\*", "ab"));
  t.true(matches("a.b+(c)", "a.b+(c)"));
  t.true(matches("[", "["));
  t.true(matches("[z-a]", "[z-a]"));
  const test = pathTestOf("genisoimage", "./lost+found");
  t.true(test("./lost+found", "lost+found"));
  t.false(test("sub/lost+found", "lost+found"));
  t.true(pathTestOf("xorrisofs", "./sub")("sub", "sub"));
  t.false(pathTestOf("xorrisofs", "sub/x")("x", "x"));
});

test("patterns without special characters match themselves alone", async (t) => {
  await holds(
    fc.property(fc.stringMatching(/^[^*?[\\]{0,10}$/u), fc.string({ maxLength: 10 }), (pattern, other) => {
      if (!expressionOf(pattern).test(pattern)) throw new Error("it does not match itself");
      if (other !== pattern && expressionOf(pattern).test(other)) throw new Error(`it matches ${other}`);
    }),
  );
  t.pass();
});

test("oscdimg: options, folder, image", (t) => {
  const words = ["-m", "-o", "-u2", "-udfver102", "-lSETUP", "-t03/04/2026,11:22:33", "-h", "media", "out.iso"];
  t.like(parseOscdimg(words), {
    udf: true,
    udfRevision: "1.02",
    isoNoteOnly: true,
    isoLevel: 3,
    volumeName: "SETUP",
    fileTimes: Date.UTC(2026, 2, 4, 11, 22, 33),
    pathSpecs: ["media"],
    output: "out.iso",
  });
  t.like(parseOscdimg(["-n", "-d", "-j1", "a", "b"]), {
    isoLevel: 3,
    lowercase: true,
    joliet: true,
    isoNoteOnly: false,
  });
  const { bootEntries } = parseOscdimg(['-bootdata:2#p0,e,b"etfsboot.com"#pEF,e,befisys.bin', "a", "b"]);
  t.deepEqual(
    bootEntries.map(({ image, platform, emulation, isOnHost }) => [image, platform, emulation, isOnHost]),
    [
      ["etfsboot.com", 0, "none", true],
      ["efisys.bin", 0xef, "none", true],
    ],
  );
  t.like(parseOscdimg(["-betfsboot.com", "-e", "a", "b"]).bootEntries[0], { image: "etfsboot.com", platform: 0 });
});

test("oscdimg: what is refused", (t) => {
  const refusal = (...words: string[]): string =>
    t.throws(() => parseOscdimg(words), { instanceOf: DiscError })?.message ?? "";
  t.regex(refusal("-nonsense", "a", "b"), /there is no option "-nonsense"/);
  t.regex(refusal("-u3", "a", "b"), /there is no option "-u3"/);
  t.regex(refusal("-l", "a", "b"), /there is no option "-l"/);
  t.regex(refusal("-maxsize:700", "a", "b"), /-maxsize: is not supported/);
  t.regex(refusal("-bootdata:2#p0,e,bx", "a", "b"), /"2" entries are said to follow, and 1 do/);
  t.regex(refusal("-bootdata:1#p0,e", "a", "b"), /names no file/);
  t.regex(refusal("-bootdata:1#p0,q,bx", "a", "b"), /"q" is not one of/);
  t.regex(refusal("-t2026", "a", "b"), /expected MM\/DD\/YYYY/);
  t.regex(refusal("a"), /takes a folder and an image/);
});
