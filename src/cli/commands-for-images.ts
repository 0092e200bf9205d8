/** The commands that make images and change them. */
import { disc, sources, sourceText } from "./command-arguments.js";
import type { CommandRow } from "./command-table.js";
import { imageOptions } from "./image-option-rows.js";
import {
  atOption,
  attributeOptions,
  bootLikeOption,
  bootOptions,
  changeOptions,
  dryRunOption,
  filmOption,
  imageOutputOptions,
  importCharsetOption,
  importOption,
  jsonOption,
  patchOptions,
  sessionOptions,
  sourceOptions,
  zisofsOptions,
  zisofsReadyOption,
} from "./option-groups.js";

export const imageCommands: readonly CommandRow[] = [
  {
    name: "build",
    summary: "Make an image of one session.",
    arguments: [sources],
    options: [
      ...imageOutputOptions,
      atOption,
      ...sourceOptions,
      ...attributeOptions,
      ...bootOptions,
      bootLikeOption,
      ...zisofsOptions,
      zisofsReadyOption,
      filmOption,
      ...imageOptions,
      dryRunOption,
      jsonOption,
    ],
    description: [
      sourceText,
      "With --boot auto, or with the boot images named, the image boots from discs by El Torito; with --hybrid from disks and USB sticks, too. What a loader has to be told about its place is written into its image. boot shows the outcome.",
      "With --films, the files of a film lie where its own tables say, in the file systems that players read: docs/FILMS.md.",
      "SOURCE_DATE_EPOCH makes the image reproducible: see ENVIRONMENT.",
    ],
    examples: [
      "discsmith build photos -o photos.iso --volume Photos",
      "discsmith build user-data meta-data --volume cidata -o seed.iso",
      "discsmith build live --boot auto --hybrid -o live.iso",
      "discsmith build logs --zisofs=9 --fs rockridge -o logs.iso",
      "discsmith build film --films dvd-video --volume FILM -o film.iso",
      "discsmith build /=site assets/logo.png=logo.png -o - | sha256sum",
    ],
  },
  {
    name: "rebuild",
    summary: "Make a new image of a session of a disc, with changes.",
    arguments: [disc, { ...sources, optional: true }],
    options: [
      ...imageOutputOptions,
      ...changeOptions,
      ...sourceOptions,
      ...sessionOptions,
      importOption,
      importCharsetOption,
      ...bootOptions,
      ...zisofsOptions,
      zisofsReadyOption,
      filmOption,
      ...imageOptions,
      dryRunOption,
      jsonOption,
    ],
    description: [
      sourceText,
      "The image holds the tree of the session, changed as asked, and nothing of what other sessions left: first the removals are done, then the moves, then the sources are added. Volume fields, file systems and what makes the image bootable (El Torito, partition tables, boot code) are those of the disc unless options say otherwise; boot images go with the files of the tree that hold them. DISC is only read; with --force, IMAGE may be the same file.",
    ],
    examples: [
      "discsmith rebuild backup.iso -o compact.iso",
      "discsmith rebuild install.iso /preseed.cfg=preseed.cfg --remove /doc -o mine.iso",
    ],
  },
  {
    name: "patch",
    summary: "Change the content of files in the blocks that they have.",
    arguments: [
      { name: "IMAGE", completes: "file" },
      { name: "TARGET=PATH", optional: true, multiple: true, completes: "file" },
    ],
    options: patchOptions,
    description: [
      "TARGET is a file of the image, PATH one of this computer: its content takes the place of the old one. It may be shorter, or longer as long as it needs no more blocks; else it is refused, and the message says how many bytes have room. Nothing is moved, and the image keeps its length. A plain = in a path is written \\=.",
      "Lengths and times are refreshed in every tree that has the file, under all names that it has there, and so are boot information tables and the MD5 sums of isomd5sum and xorriso, if they were right. What would damage something else is refused: blocks that other files share, other sessions that have the file in the same blocks (--all-sessions changes it in them, too), compressed files, lengths that a partition table or a boot catalog forbids. IMAGE is a plain image; discs are not patched.",
      "First, all that will be changed is saved in the undo file. Whatever happens afterwards, --revert puts it back: docs/PATCH.md. A failure that is noticed puts it back at once.",
    ],
    examples: [
      "discsmith patch live.iso /boot/grub/grub.cfg=grub.cfg",
      "discsmith patch live.iso /isolinux/isolinux.cfg=new.cfg --dry-run",
      "discsmith patch live.iso --revert",
    ],
  },
];
