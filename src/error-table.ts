/** The error of Microsoft's IMAPI2 for the same failure, so that people who port scripts can match on it. */
export interface ErrorReference {
  readonly name: string;
  readonly hresult: number;
}

/** The members of `detail` for each code. */
export interface ErrorDetails {
  // The tree
  E_NAME_INVALID: { name: string; path: string; rule: string };
  E_NAME_RESTRICTED: { path: string; name: string };
  E_NAME_NOT_UNIQUE: { path: string; fileSystem: string; name: string };
  E_PATH_INVALID: { path: string; rule: string };
  E_ITEM_NOT_FOUND: { path: string };
  E_ITEM_EXISTS: { path: string };
  E_NOT_A_DIRECTORY: { path: string };
  E_NOT_A_FILE: { path: string };
  E_DIRECTORY_NOT_EMPTY: { path: string; children: number };
  E_TYPE_COLLISION: { path: string; existing: string; added: string };
  E_MOVE_INTO_ITSELF: { from: string; to: string };
  E_IMAGE_IN_USE: { operation: string };
  // Contents
  E_CONTENT_CHANGED: { path: string; expectedBytes: number; actualBytes: number; what: string };
  E_CONTENT_NOT_REPEATABLE: { path: string };
  E_CONTENT_UNREADABLE: { path: string };
  E_SOURCE_UNREADABLE: { path: string };
  E_CONTENT_TOO_BIG: { path: string; bytes: number; limitBytes: number };
  E_CONTENT_SHARED: { path: string; sessions: readonly number[]; names: readonly string[] };
  // Limits and options
  E_IMAGE_TOO_BIG: { blocks: number; limitBlocks: number };
  E_TOO_MANY_DIRECTORIES: { fileSystem: string; directories: number; limit: number };
  E_PATH_TOO_DEEP: { path: string; depth: number; limit: number };
  E_FILE_TOO_BIG: { path: string; bytes: number; limitBytes: number; fileSystem: string };
  E_VOLUME_NAME_INVALID: { name: string; fileSystem: string; rule: string };
  E_OPTION_INVALID: { option: string; value: unknown; allowed: string };
  E_NOT_SUPPORTED: { what: string };
  E_USAGE: { what: string };
  // Booting
  E_BOOT_IMAGE_INVALID: { path: string; rule: string };
  E_BOOT_NOT_FOUND: { looked: readonly string[] };
  E_BOOT_EMULATION_MISMATCH: { path: string; emulation: string; bytes: number; expectedBytes: number };
  // Films
  E_FILM_INVALID: { path: string; rule: string };
  // What is read from a medium or an image
  E_FIELD_INVALID: { lba: number | null; structure: string; field: string; clause: string; reason: string };
  E_NO_FILE_SYSTEM: { startLba: number };
  E_FILE_SYSTEM_NOT_FOUND: { fileSystem: string; found: readonly string[] };
  E_SESSION_NOT_FOUND: { session: number; sessions: number };
  E_READ_FAILED: { lba: number; blocks: number };
  E_IMAGE_NOT_ALIGNED: { name: string; bytes: number };
  E_IMAGE_NO_DESCRIPTOR: { name: string; reason: string };
  E_IMAGE_TOO_LONG: { name: string; blocks: number; limitBlocks: number };
  E_DAMAGED: { what: string; path?: string; lba?: number };
  E_DIFFERENT: { differences: number };
  // Multisession
  E_MULTISESSION_NOT_SET: Record<never, never>;
  E_MULTISESSION_UNUSABLE: { offered: readonly string[]; reason: string };
  E_NOTHING_TO_IMPORT: { reason: string };
  E_IMPORT_COLLISION: { path: string; imported: string; existing: string };
  E_IMPORT_FAILED: { reason: string };
  E_UDF_REVISION_FIXED: { imported: string; wanted: string };
  E_IMAGE_WRONG_ADDRESS: { nextWritableAddress: number; madeFor: number | null };
  // The disc
  E_NO_MEDIUM: { device: string };
  E_DISC_BLANK: { device: string };
  E_DISC_NOT_BLANK: { device: string };
  E_DISC_FINALISED: { device: string };
  E_DISC_FULL: { blocks: number; freeBlocks: number };
  E_DISC_CHANGED: { what: string; expected: string | number; actual: string | number };
  E_DISC_WRONG: { device: string; expected: string; actual: string | null };
  E_DISC_BUSY: { device: string; owner: string };
  E_DISC_READ_ONLY: { device: string; reason: string };
  E_SIDECAR: { path: string; reason: string };
  E_COMMAND_FAILED: {
    command: string;
    cdb: string;
    status: number;
    senseKey: number;
    asc: number;
    ascq: number;
    text: string;
  };
  E_TRANSPORT_FAILED: { command: string; cdb: string; errno: string };
  // Traces
  E_TRACE_INVALID: { trace: string; line: number; reason: string };
  E_TRACE_DIFFERENT: { trace: string; line: number; expected: string; actual: string };
  // The surroundings
  E_CANCELLED: { doing: string };
  E_TARGET_EXISTS: { path: string };
  E_HOST: { path: string; operation: string; errno: string };
  E_UNDO_INVALID: { path: string; reason: string };
  // Warnings
  W_REPLACED: { path: string };
  W_IMPORT_DROPPED: { path: string; what: string };
  W_NAME_SHORTENED: { path: string; fileSystem: string; name: string };
  W_NAME_MANGLED: { path: string; fileSystem: string; name: string; character: string };
  W_NAMES_FOLD: { path: string; other: string; readers: string };
  W_NAME_LONG: { path: string; bytes: number; limitBytes: number };
  W_FILM_FAULTY: { path: string; rule: string };
  W_NOT_REPRESENTED: { path: string; fileSystem: string; reason: string };
  W_CONTENTS_COMPRESSED: { files: number; readers: string };
  W_BOOT_LEFT_OUT: { what: string; reason: string };
  W_VOLUME_FIELD_LEFT_OUT: { field: string; value: unknown };
  W_TOLERATED: {
    lba: number | null;
    structure: string;
    field: string;
    clause: string;
    reason: string;
    tolerance: string;
  };
  W_SESSION_DAMAGED: { session: number; reason: string };
  W_SKIPPED: { path: string; reason: string };
  W_SOURCE_VANISHED: { path: string };
  W_TIME_CLAMPED: { path: string; time: string };
  W_BLOCKS_LOST: { lba: number; blocks: number };
  W_DRIVE_QUIRK: { quirk: string };
  W_TREES_DIFFER: { path: string; fileSystems: readonly string[]; what: string };
  W_CHECKSUM_STALE: { what: string };
}

/** The codes. Stable for ever: programs branch on them. */
export type ErrorCode = keyof ErrorDetails;

/** One row of the table of docs/ERRORS.md. */
export interface ErrorEntry<C extends ErrorCode> {
  /** One sentence: what happened. */
  readonly summary: string;
  readonly detail: readonly (keyof ErrorDetails[C] & string)[];
  /** Who raises it. */
  readonly raisedBy: string;
  /** What to do about it. */
  readonly remedy: string;
  readonly reference?: ErrorReference;
}

function imapi(name: string, hresult: number): ErrorReference {
  return { name: `IMAPI_E_${name}`, hresult };
}

/** Every code with its meaning; docs/ERRORS.md is generated from it. */
export const errorTable: { readonly [C in ErrorCode]: ErrorEntry<C> } = {
  E_NAME_INVALID: {
    summary: "A name cannot be used for an item of the tree.",
    detail: ["name", "path", "rule"],
    raisedBy: "adding, moving, planning",
    remedy: "Use a name that obeys the rule named in the error.",
    reference: imapi("INVALID_PARAM", 0xc0aab101),
  },
  E_NAME_RESTRICTED: {
    summary: "A name has characters that the image is told not to take.",
    detail: ["path", "name"],
    raisedBy: "adding, moving",
    remedy: "Use printable ASCII, or switch useRestrictedCharacterSet off.",
    reference: imapi("RESTRICTED_NAME_VIOLATION", 0xc0aab111),
  },
  E_NAME_NOT_UNIQUE: {
    summary: "No free name is left in one file system for an item whose own name that file system cannot hold.",
    detail: ["path", "fileSystem", "name"],
    raisedBy: "planning",
    remedy: "Rename some of the items whose names start alike, or allow longer names.",
    reference: imapi("NO_UNIQUE_NAME", 0xc0aab113),
  },
  E_PATH_INVALID: {
    summary: "A path in the image is not written as one.",
    detail: ["path", "rule"],
    raisedBy: "every call that takes a path",
    remedy: 'Separate names by "/", without "." and "..".',
    reference: imapi("INVALID_PATH", 0xc0aab110),
  },
  E_ITEM_NOT_FOUND: {
    summary: "There is no item at that path.",
    detail: ["path"],
    raisedBy: "every call that takes a path",
    remedy: "List the tree; names are compared byte by byte.",
    reference: imapi("ITEM_NOT_FOUND", 0xc0aab118),
  },
  E_ITEM_EXISTS: {
    summary: "There already is an item at that path.",
    detail: ["path"],
    raisedBy: "adding, moving",
    remedy: "Remove it first, or ask for it to be replaced.",
    reference: imapi("DUP_NAME", 0xc0aab112),
  },
  E_NOT_A_DIRECTORY: {
    summary: "The item at that path is not a directory.",
    detail: ["path"],
    raisedBy: "every call that takes a directory's path",
    remedy: "Name a directory.",
    reference: imapi("NOT_DIR", 0xc0aab109),
  },
  E_NOT_A_FILE: {
    summary: "The item at that path is not a file.",
    detail: ["path"],
    raisedBy: "every call that takes a file's path",
    remedy: "Name a file.",
    reference: imapi("NOT_FILE", 0xc0aab108),
  },
  E_DIRECTORY_NOT_EMPTY: {
    summary: "The directory still has items in it.",
    detail: ["path", "children"],
    raisedBy: "remove",
    remedy: "Use removeTree to remove it with everything in it.",
    reference: imapi("DIR_NOT_EMPTY", 0xc0aab10a),
  },
  E_TYPE_COLLISION: {
    summary: "A file would take the place of a directory, or a directory that of a file.",
    detail: ["path", "existing", "added"],
    raisedBy: "addTree, update, sources of the command line",
    remedy: "Remove the one that is there, or add the other under another name.",
    reference: imapi("DUP_NAME", 0xc0aab112),
  },
  E_MOVE_INTO_ITSELF: {
    summary: "A directory cannot be moved into itself or below itself.",
    detail: ["from", "to"],
    raisedBy: "move",
    remedy: "Name another place.",
  },
  E_IMAGE_IN_USE: {
    summary: "The tree cannot be changed while a result made from it is alive.",
    detail: ["operation"],
    raisedBy: "every call that changes the tree or the options",
    remedy: "Dispose of the result first.",
    reference: imapi("READONLY", 0xc0aab102),
  },
  E_CONTENT_CHANGED: {
    summary: "A file's content is no longer what it was when the image was planned.",
    detail: ["path", "expectedBytes", "actualBytes", "what"],
    raisedBy: "reading the result",
    remedy: "Make the image again while nothing changes the file.",
    reference: imapi("DATA_STREAM_INCONSISTENCY", 0xc0aab128),
  },
  E_CONTENT_NOT_REPEATABLE: {
    summary: "A content that can be read only once, in order, was asked for again or out of order.",
    detail: ["path"],
    raisedBy: "reading the result",
    remedy: "Read the result once from its start, or give the content as a file or as bytes.",
  },
  E_CONTENT_UNREADABLE: {
    summary: "A file's content cannot be read.",
    detail: ["path"],
    raisedBy: "reading the result",
    remedy: "See the cause: rights, a vanished file, a failing disk.",
    reference: imapi("DATA_STREAM_READ_FAILURE", 0xc0aab129),
  },
  E_SOURCE_UNREADABLE: {
    summary: "A source folder or file cannot be listed or examined.",
    detail: ["path"],
    raisedBy: "addTree",
    remedy: "See the cause: rights, a vanished folder.",
    reference: imapi("DIRECTORY_READ_FAILURE", 0xc0aab12b),
  },
  E_CONTENT_TOO_BIG: {
    summary: "A new content needs more blocks than the file has in the image.",
    detail: ["path", "bytes", "limitBytes"],
    raisedBy: "patchImage",
    remedy: "Append a session that has the new content, or build the image anew.",
  },
  E_CONTENT_SHARED: {
    summary: "The blocks of a file are those of other files, or of other sessions, too.",
    detail: ["path", "sessions", "names"],
    raisedBy: "patchImage",
    remedy: "Append a session with the new content; or change the file in all sessions, where they are what shares it.",
  },
  E_IMAGE_TOO_BIG: {
    summary: "The image needs more blocks than it may have.",
    detail: ["blocks", "limitBlocks"],
    raisedBy: "planning",
    remedy: "Add less, or use a larger medium.",
    reference: imapi("IMAGE_SIZE_LIMIT", 0xc0aab120),
  },
  E_TOO_MANY_DIRECTORIES: {
    summary: "A path table cannot number that many directories.",
    detail: ["fileSystem", "directories", "limit"],
    raisedBy: "planning",
    remedy: "Leave that file system out, or use fewer directories: its numbers have 16 bits.",
    reference: imapi("TOO_MANY_DIRS", 0xc0aab130),
  },
  E_PATH_TOO_DEEP: {
    summary: "A directory lies deeper than ISO 9660 allows.",
    detail: ["path", "depth", "limit"],
    raisedBy: "planning",
    remedy: "Use Rock Ridge, which relocates it, or allow deep paths.",
    reference: imapi("ISO9660_LEVELS", 0xc0aab131),
  },
  E_FILE_TOO_BIG: {
    summary: "A file is larger than the chosen form of the file system can hold.",
    detail: ["path", "bytes", "limitBytes", "fileSystem"],
    raisedBy: "planning",
    remedy: "Use ISO level 3 or 4, which hold files in several extents.",
    reference: imapi("DATA_TOO_BIG", 0xc0aab132),
  },
  E_VOLUME_NAME_INVALID: {
    summary: "A volume name cannot be written.",
    detail: ["name", "fileSystem", "rule"],
    raisedBy: "planning",
    remedy: "Use a name that obeys the rule named in the error.",
    reference: imapi("INVALID_VOLUME_NAME", 0xc0aab104),
  },
  E_OPTION_INVALID: {
    summary: "An option has a value that it cannot have.",
    detail: ["option", "value", "allowed"],
    raisedBy: "every call with options",
    remedy: "Use one of the values named in the error.",
    reference: imapi("INVALID_PARAM", 0xc0aab101),
  },
  E_NOT_SUPPORTED: {
    summary: "That is not supported.",
    detail: ["what"],
    raisedBy: "any call",
    remedy: "See README, what is and isn't supported.",
  },
  E_USAGE: {
    summary: "A command line that cannot be understood.",
    detail: ["what"],
    raisedBy: "the command line",
    remedy: "See discsmith help.",
  },
  E_BOOT_IMAGE_INVALID: {
    summary:
      "What is to be booted cannot be: it is empty, lies in pieces, or lacks the room for what it has to be told.",
    detail: ["path", "rule"],
    raisedBy: "planning an image that boots",
    remedy: "See the rule.",
    reference: imapi("BOOT_IMAGE_DATA", 0xc0aab148),
  },
  E_BOOT_NOT_FOUND: {
    summary: "The tree has nothing that is known to boot.",
    detail: ["looked"],
    raisedBy: "bootPreset, build --boot auto",
    remedy: "Name the boot images.",
  },
  E_BOOT_EMULATION_MISMATCH: {
    summary: "A boot image is not as long as the floppy disc that it is emulated as.",
    detail: ["path", "emulation", "bytes", "expectedBytes"],
    raisedBy: "planning an image that boots",
    remedy: "Leave the emulation out, or fill the image up.",
    reference: imapi("BOOT_EMULATION_IMAGE_SIZE_MISMATCH", 0xc0aab14a),
  },
  E_FILM_INVALID: {
    summary: "A film cannot be laid out as players want it.",
    detail: ["path", "rule"],
    raisedBy: "planning an image with a film, build --films",
    remedy:
      "See the message, and the rule of that name in docs/VERIFY.md; a film that was cut may need to be authored anew.",
  },
  E_FIELD_INVALID: {
    summary: "Bytes on the medium, or in a drive's reply, break a rule of their standard.",
    detail: ["lba", "structure", "field", "clause", "reason"],
    raisedBy: "everything that reads",
    remedy: "The disc or image is damaged, or made by a program with that fault.",
    reference: imapi("FILE_SYSTEM_READ_CONSISTENCY_ERROR", 0xc0aab153),
  },
  E_NO_FILE_SYSTEM: {
    summary: "No file system that can be read was found where the session starts.",
    detail: ["startLba"],
    raisedBy: "openImage, importFileSystem",
    remedy: "Name another session, or its start; search for sessions with scan.",
    reference: imapi("NO_SUPPORTED_FILE_SYSTEM", 0xc0aab151),
  },
  E_FILE_SYSTEM_NOT_FOUND: {
    summary: "The file system that was asked for is not in that session.",
    detail: ["fileSystem", "found"],
    raisedBy: "openImage, importSpecificFileSystem",
    remedy: "Ask for one of those found.",
    reference: imapi("FILE_SYSTEM_NOT_FOUND", 0xc0aab152),
  },
  E_SESSION_NOT_FOUND: {
    summary: "There is no session of that number.",
    detail: ["session", "sessions"],
    raisedBy: "openImage",
    remedy: "Sessions are numbered from 1; -1 is the one before the last.",
  },
  E_READ_FAILED: {
    summary: "Blocks of a medium or of an image cannot be read.",
    detail: ["lba", "blocks"],
    raisedBy: "everything that reads",
    remedy: "The medium is damaged, or the image ends early.",
    reference: imapi("IMPORT_READ_FAILURE", 0xc0aab157),
  },
  E_IMAGE_NOT_ALIGNED: {
    summary: "A file is no image: its length is no multiple of a block, or its blocks are raw sectors.",
    detail: ["name", "bytes"],
    raisedBy: "validateImage",
    remedy: "Take an image of user data alone, with 2,048 bytes a sector.",
    reference: imapi("IMAGEMANAGER_IMAGE_NOT_ALIGNED", 0xc0aab200),
  },
  E_IMAGE_NO_DESCRIPTOR: {
    summary: "A file is no image: no volume descriptor stands where one has to be.",
    detail: ["name", "reason"],
    raisedBy: "validateImage",
    remedy: "See the reason.",
    reference: imapi("IMAGEMANAGER_NO_VALID_VD_FOUND", 0xc0aab201),
  },
  E_IMAGE_TOO_LONG: {
    summary: "An image has more blocks than addresses of 32 bits can tell.",
    detail: ["name", "blocks", "limitBlocks"],
    raisedBy: "validateImage",
    remedy: "There are no such discs; it is something else.",
    reference: imapi("IMAGEMANAGER_IMAGE_TOO_BIG", 0xc0aab203),
  },
  E_DAMAGED: {
    summary: "What is on the medium is damaged.",
    detail: ["what", "path", "lba"],
    raisedBy: "verify, reading",
    remedy: "Take an older session, or another copy.",
  },
  E_DIFFERENT: {
    summary: "What is on the medium differs from what it was compared with.",
    detail: ["differences"],
    raisedBy: "verify, diff",
    remedy: "See the list of differences.",
    reference: { name: "E_IMAPI_BURN_VERIFICATION_FAILED", hresult: 0xc0aa0007 },
  },
  E_MULTISESSION_NOT_SET: {
    summary: "The image was not told which disc to import from.",
    detail: [],
    raisedBy: "importFileSystem",
    remedy: "Set multisessionInterfaces first.",
    reference: imapi("MULTISESSION_NOT_SET", 0xc0aab15d),
  },
  E_MULTISESSION_UNUSABLE: {
    summary: "None of the multisession interfaces given, or not the one marked, serves this disc.",
    detail: ["offered", "reason"],
    raisedBy: "setting multisessionInterfaces",
    remedy: "Take the interfaces from the recorder whose disc is meant; mark at most one as in use.",
    reference: imapi("NO_COMPATIBLE_MULTISESSION_TYPE", 0xc0aab15c),
  },
  E_NOTHING_TO_IMPORT: {
    summary: "The disc has no session whose tree could be imported.",
    detail: ["reason"],
    raisedBy: "importFileSystem",
    remedy: "Write a first session, without importing.",
    reference: imapi("EMPTY_DISC", 0xc0aab150),
  },
  E_IMPORT_COLLISION: {
    summary: "An imported directory has the name of a file in the tree, or the other way round.",
    detail: ["path", "imported", "existing"],
    raisedBy: "importFileSystem",
    remedy: "Import before adding, or add under another name.",
    reference: imapi("IMPORT_TYPE_COLLISION_FILE_EXISTS_AS_DIRECTORY", 0xc0aab155),
  },
  E_IMPORT_FAILED: {
    summary: "The last session could not be imported, and a new one without it would hide what is on the disc.",
    detail: ["reason"],
    raisedBy: "createResultImage",
    remedy: "See the cause; import again, another session perhaps, or say discardFailedImport() to go on without.",
    reference: imapi("INCOMPATIBLE_PREVIOUS_SESSION", 0xc0aab133),
  },
  E_UDF_REVISION_FIXED: {
    summary: "The session that was imported is of another revision of UDF than the one asked for.",
    detail: ["imported", "wanted"],
    raisedBy: "createResultImage",
    remedy: "Leave the revision out to keep that of the disc, or ask for the volume to be rebuilt (--udf-rebuild).",
    reference: imapi("UDF_REVISION_CHANGE_NOT_ALLOWED", 0xc0aab161),
  },
  E_IMAGE_WRONG_ADDRESS: {
    summary: "The image was not made for the address where it would be written.",
    detail: ["nextWritableAddress", "madeFor"],
    raisedBy: "burn",
    remedy: "Make the image for the next writable address that info shows.",
  },
  E_NO_MEDIUM: {
    summary: "There is no disc in the drive.",
    detail: ["device"],
    raisedBy: "the recorder",
    remedy: "Insert a disc.",
    reference: { name: "E_IMAPI_RECORDER_MEDIA_NO_MEDIA", hresult: 0xc0aa0202 },
  },
  E_DISC_BLANK: {
    summary: "The disc is blank.",
    detail: ["device"],
    raisedBy: "reading a disc",
    remedy: "Write a first session.",
    reference: imapi("EMPTY_DISC", 0xc0aab150),
  },
  E_DISC_NOT_BLANK: {
    summary: "The disc already holds something.",
    detail: ["device"],
    raisedBy: "write",
    remedy: "Use append to add a session to it.",
    reference: { name: "E_IMAPI_DF2DATA_MEDIA_NOT_BLANK", hresult: 0xc0aa0405 },
  },
  E_DISC_FINALISED: {
    summary: "The disc is finalised: nothing can be added to it.",
    detail: ["device"],
    raisedBy: "the recorder",
    remedy: "Use another disc.",
    reference: { name: "E_IMAPI_DF2DATA_INVALID_MEDIA_STATE", hresult: 0xc0aa0402 },
  },
  E_DISC_FULL: {
    summary: "The session does not fit on what is free of the disc.",
    detail: ["blocks", "freeBlocks"],
    raisedBy: "the recorder, before the first block is written",
    remedy: "Add less, or use another disc.",
    reference: { name: "E_IMAPI_DF2DATA_STREAM_TOO_LARGE_FOR_CURRENT_MEDIA", hresult: 0xc0aa0404 },
  },
  E_DISC_CHANGED: {
    summary: "The disc is not the one, or not in the state, for which the image was made.",
    detail: ["what", "expected", "actual"],
    raisedBy: "the recorder, before the first block is written",
    remedy: "Import again from the disc that is in the drive now.",
    reference: imapi("DISC_MISMATCH", 0xc0aab158),
  },
  E_DISC_WRONG: {
    summary: "The disc is not the one that was named by its identity.",
    detail: ["device", "expected", "actual"],
    raisedBy: "the command line, for --disc",
    remedy: "Put in the disc that was meant; info shows its identity.",
  },
  E_DISC_BUSY: {
    summary: "Another process is writing to the disc.",
    detail: ["device", "owner"],
    raisedBy: "the recorder",
    remedy: "Wait until it has finished.",
    reference: { name: "E_IMAPI_RECORDER_LOCKED", hresult: 0xc0aa0210 },
  },
  E_DISC_READ_ONLY: {
    summary: "The disc or image cannot be written.",
    detail: ["device", "reason"],
    raisedBy: "the recorder, the command line",
    remedy: "See the reason.",
    reference: { name: "E_IMAPI_RECORDER_MEDIA_WRITE_PROTECTED", hresult: 0xc0aa0209 },
  },
  E_SIDECAR: {
    summary:
      "The file beside an emulated disc that holds its sessions is missing, unreadable, or disagrees with the disc.",
    detail: ["path", "reason"],
    raisedBy: "opening an emulated disc",
    remedy: "Read it as a plain image; to write on it, say what it is (--media) or that the disc is right (--force).",
  },
  E_COMMAND_FAILED: {
    summary: "The drive failed or refused a command.",
    detail: ["command", "cdb", "status", "senseKey", "asc", "ascq", "text"],
    raisedBy: "the recorder",
    remedy: "The sense text says why.",
    reference: { name: "E_IMAPI_RECORDER_UNEXPECTED_RESPONSE_FROM_DEVICE", hresult: 0xc0aa0301 },
  },
  E_TRANSPORT_FAILED: {
    summary: "A command could not be brought to the drive, or its answer not back.",
    detail: ["command", "cdb", "errno"],
    raisedBy: "the recorder",
    remedy: "Check the drive's connection and the rights on its device file.",
    reference: { name: "E_IMAPI_RECORDER_COMMAND_TIMEOUT", hresult: 0xc0aa020d },
  },
  E_TRACE_INVALID: {
    summary: "A line of a trace is not what it should be.",
    detail: ["trace", "line", "reason"],
    raisedBy: "reading a trace",
    remedy: "Take the trace as it was recorded: a line that was changed, or a file that is no trace, is not read.",
  },
  E_TRACE_DIFFERENT: {
    summary: "What is sent to a replayed drive is not what the trace has.",
    detail: ["trace", "line", "expected", "actual"],
    raisedBy: "replaying a trace",
    remedy: "Where the other commands are meant, record the trace anew.",
  },
  E_CANCELLED: {
    summary: "It was cancelled.",
    detail: ["doing"],
    raisedBy: "everything that takes a signal",
    remedy: "A cancelled session leaves the sessions before it as they were.",
    reference: { name: "E_IMAPI_REQUEST_CANCELLED", hresult: 0xc0aa0002 },
  },
  E_TARGET_EXISTS: {
    summary: "The file that would be made is already there.",
    detail: ["path"],
    raisedBy: "build, create, extract",
    remedy: "Name another one, or say that it may be replaced (--force; --overwrite for extract).",
  },
  E_HOST: {
    summary: "The operating system refused an operation on a file.",
    detail: ["path", "operation", "errno"],
    raisedBy: "everything that touches files of the host",
    remedy: "See the operating system's reason.",
  },
  E_UNDO_INVALID: {
    summary: "A file is no undo file of a patch, or it is damaged.",
    detail: ["path", "reason"],
    raisedBy: "patchImage, revertPatch",
    remedy: "Name the undo file that was written when the image was patched.",
  },
  W_REPLACED: {
    summary: "A later file took the place of an earlier or imported one.",
    detail: ["path"],
    raisedBy: "addTree, sources of the command line",
    remedy: "Nothing, when that was meant.",
  },
  W_IMPORT_DROPPED: {
    summary: "An item of the disc is not in the new session, since the tree had something of its path already.",
    detail: ["path", "what"],
    raisedBy: "importFileSystem, importAsNew",
    remedy: "Nothing, when that was meant; else import before adding.",
  },
  W_NAME_SHORTENED: {
    summary: "A name was shortened in one file system.",
    detail: ["path", "fileSystem", "name"],
    raisedBy: "planning",
    remedy: "Use shorter names, or allow longer ones in that file system.",
  },
  W_NAME_MANGLED: {
    summary: "A name was changed in one file system, for a character that its character set lacks.",
    detail: ["path", "fileSystem", "name", "character"],
    raisedBy: "planning",
    remedy: "Nothing, when that was asked for; else choose a set that has the character. docs/NAMES.md shows them.",
  },
  W_NAMES_FOLD: {
    summary: "Two names differ only in case or Unicode form; some readers take them for one.",
    detail: ["path", "other", "readers"],
    raisedBy: "planning",
    remedy: "Rename one of them.",
  },
  W_FILM_FAULTY: {
    summary: "A film is written, and some players may stumble over it.",
    detail: ["path", "rule"],
    raisedBy: "planning an image with a film, build --films",
    remedy: "See the message, and the rule of that name in docs/VERIFY.md.",
  },
  W_NAME_LONG: {
    summary: "A name is longer than a common reader shows.",
    detail: ["path", "bytes", "limitBytes"],
    raisedBy: "planning",
    remedy: "Use a shorter name.",
  },
  W_NOT_REPRESENTED: {
    summary: "An item is left out of one of the file systems, which cannot hold its kind.",
    detail: ["path", "fileSystem", "reason"],
    raisedBy: "planning",
    remedy: "Nothing, when another file system of the image holds it.",
  },
  W_CONTENTS_COMPRESSED: {
    summary: "Files are compressed, and readers that do not see that they are get what is stored.",
    detail: ["files", "readers"],
    raisedBy: "planning",
    remedy: "Leave Joliet out, or what a boot loader reads as it is: docs/ZISOFS.md.",
  },
  W_VOLUME_FIELD_LEFT_OUT: {
    summary:
      "A field of the volume holds what the standard does not allow, and is not in the image that was made of it.",
    detail: ["field", "value"],
    raisedBy: "making an image of another one",
    remedy: "Give the field another value.",
  },
  W_BOOT_LEFT_OUT: {
    summary:
      "Something that an image boots from, or a partition of it, is not in the image that was made of it; or a session is not in the tree that a partition has for itself.",
    detail: ["what", "reason"],
    raisedBy: "making an image that boots like another one, adding a session to an image with a partition offset",
    remedy: "See the reason; the new image boots as far as the rest goes.",
  },
  W_TOLERATED: {
    summary: "A fault on the medium was tolerated.",
    detail: ["lba", "structure", "field", "clause", "reason", "tolerance"],
    raisedBy: "everything that reads",
    remedy: "docs/TOLERANCES.md lists the tolerances.",
  },
  W_SESSION_DAMAGED: {
    summary: "A session is damaged or was never finished; an older one was taken.",
    detail: ["session", "reason"],
    raisedBy: "openImage, importFileSystem",
    remedy: "Add again what that session should have held.",
  },
  W_SKIPPED: {
    summary: "An item was left out.",
    detail: ["path", "reason"],
    raisedBy: "addTree, extract, import, update, boot",
    remedy: "See the reason.",
  },
  W_SOURCE_VANISHED: {
    summary: "A source file vanished between listing its folder and examining it.",
    detail: ["path"],
    raisedBy: "addTree",
    remedy: "Add it again while nothing changes the folder.",
  },
  W_TIME_CLAMPED: {
    summary: "A time cannot be written as it is; the nearest one that can was taken.",
    detail: ["path", "time"],
    raisedBy: "planning",
    remedy: "Directory records hold years 1900 to 2155.",
  },
  W_BLOCKS_LOST: {
    summary: "A write unit that has to be written anew cannot be read: zeros take the place of what else was in it.",
    detail: ["lba", "blocks"],
    raisedBy: "Recorder.write, on media that can be overwritten",
    remedy: "Read the files with verify: some of them may have had blocks there.",
  },
  W_DRIVE_QUIRK: {
    summary: "The drive does something against the standard, and that was made up for.",
    detail: ["quirk"],
    raisedBy: "the recorder",
    remedy: "Nothing; name the quirk when you report a fault of the drive.",
  },
  W_TREES_DIFFER: {
    summary: "The file systems of a session do not hold the same; what each of them has is kept.",
    detail: ["path", "fileSystems", "what"],
    raisedBy: "importFileSystem",
    remedy: "See what was taken; importSpecificFileSystem, or append --import-fs, takes one of them alone.",
  },
  W_CHECKSUM_STALE: {
    summary: "A checksum in the image is not right any more.",
    detail: ["what"],
    raisedBy: "patchImage",
    remedy: "Have the program that made the checksum make it again, if it is needed.",
  },
};
