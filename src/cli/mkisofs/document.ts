import type { ListedOption } from "./option-list.js";
import { listedOptions } from "./option-list.js";

const owners: Readonly<Record<ListedOption["owner"], string>> = {
  both: "both",
  genisoimage: "genisoimage, mkisofs",
  xorrisofs: "xorrisofs",
  oscdimg: "oscdimg",
};

const introduction = `# Command lines of mkisofs

<!-- Made from the tables in src/cli/mkisofs by scripts/generate.mjs. -->

\`discsmith mkisofs\`, \`genisoimage\`, \`xorrisofs\` and \`oscdimg\` take the command lines of the programs of these names, and
so does discsmith where it is called by one of them: \`discsmith install-names DIR\` makes links. \`discsmith xorriso -as mkisofs\`
is \`xorrisofs\`; a link called xorriso is made where it is named (\`install-names DIR xorriso\`), since xorriso's own commands
are not taken. What goes into an image and what boots is as there; the bytes are those of discsmith.

- \`mkisofs\` and \`genisoimage\` do by themselves what genisoimage does: ISO 9660 at level 1, without Rock Ridge; directories that
  graft points need have mode 0555. \`xorrisofs\` is \`xorriso -as mkisofs\`: Rock Ridge, level 3, deep directories stay where they
  are, and directories that graft points need have the attributes of the folders that lie as far above what is taken. Both pad
  with 150 blocks.
- Options of either program are taken by both; one or two dashes, \`-volid NAME\` and \`-volid=NAME\`, letters together
  (\`-JR\`, \`-rJV NAME\`), beginnings of genisoimage's names that are no other's (\`-quie\`). Behind a capital letter the value may
  stand in the same word (\`-VNAME\`). All that is behind \`--\` is paths.
- An option that is not in these lists is an error that names it.
- An image takes the place of a file that is there, once it is whole. Without \`-o\` it goes to standard output.
- A boot information table is written into the image, and not into its source.
- The application is not filled in where none is given; nor is the data preparer.
- genisoimage shows links and devices as empty files in UDF; here they are left out there, with a warning where Rock Ridge is
  not written either.
- A file that is named twice is one with two names in genisoimage, and two files here.
- Gaps in GUID partition tables and Apple partition maps are not filled with partitions. Appended partitions, and the file of
  -efi-boot-part, lie behind the volume.
- The exit code is 0, or one of discsmith's: see \`discsmith help\`.
`;

function tableOf(options: readonly ListedOption[]): string[] {
  const cell = (text: string): string => text.replaceAll("|", "\\|");
  const rows = options.map(({ spelling, owner, effect }) => `| \`${spelling}\` | ${owners[owner]} | ${cell(effect)} |`);
  return ["| option | of | here |", "|---|---|---|", ...rows];
}

/** docs/MKISOFS.md: which options are taken, and what they do. */
export function mkisofsDocument(): string {
  const lines = [introduction, "## genisoimage and xorrisofs"];
  for (const { group, options } of listedOptions("genisoimage"))
    lines.push("", `### ${group}`, "", ...tableOf(options));
  lines.push("", "## oscdimg", "", "`oscdimg OPTION… FOLDER IMAGE`; letters of names may be of either case.");
  for (const { group, options } of listedOptions("oscdimg")) lines.push("", `### ${group}`, "", ...tableOf(options));
  return `${lines.join("\n")}\n`;
}
