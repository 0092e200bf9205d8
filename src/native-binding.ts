/**
 * The native addon: its interface, and how it is found. `device/sg-transport.ts` and `host/native-files.ts` are all that
 * use it, and it is loaded when one of them first needs it: whatever else the package does, it does without.
 */
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { getSystemErrorName } from "node:util";

/** What became of opening a drive. */
export interface OpenReply {
  /** Error number of the system, 0 where the drive is open. */
  readonly error: number;
  /** What failed: "open", "identify", "lock", "start of a thread". */
  readonly operation: string;
  /** Whether it was opened for writing, too. */
  readonly writable: boolean;
  /** The most bytes the kernel takes in one command; 0 where it does not tell. */
  readonly transferLimitBytes: number;
  /** The process that holds the lock; 0 where nobody does or it is not known. */
  readonly lockOwner: number;
}

/** What the kernel said of a command. */
export interface CommandReply {
  /** Error number of the system; where it is not 0, nothing else holds. */
  readonly error: number;
  /** SCSI status byte: 0 good, 2 check condition. SAM-5 "Status codes". */
  readonly status: number;
  /** What the adapter said, 0 for nothing: DID_… of Linux. */
  readonly hostStatus: number;
  /** What its driver said; 08h: there is sense data. */
  readonly driverStatus: number;
  /** Bytes of the transfer that did not take place. */
  readonly residualBytes: number;
  readonly durationMs: number;
  readonly sense: Uint8Array;
  /** All bytes that were asked for; those the drive did not send are zero. */
  readonly data: Uint8Array;
}

/** What a drive's listener hears of each task, in the order in which they were begun: for closing, an error number. */
export type SgReply = OpenReply | CommandReply | number;

/**
 * A drive with its own thread, from its first opening to its closing. Its tasks are done one after another, and cannot
 * be stopped. Every method returns 0 where its task was begun, else an error number; none throws for what a system or a
 * drive says. Until a task has ended, its drive is kept, and so is the event loop.
 */
export interface NativeSgDevice {
  /**
   * Opens a device file in place of the one that is open, which stays where this fails.
   *
   * @param path Bytes, without a NUL.
   * @param exclusive For writing, with nobody else who asks for that, and with a lock that burning programs respect.
   */
  open(path: Uint8Array, exclusive: boolean): number;
  /**
   * Sends one command.
   *
   * @param data What the drive gets, copied before this returns; or how many bytes it may send; 0 for neither.
   */
  send(cdb: Uint8Array, data: Uint8Array | number, timeoutMs: number): number;
  /** Closes the drive. Nothing more can be begun. */
  close(): number;
}

/** What became of copying: how many bytes were. */
export interface CopyReply {
  readonly error: number;
  readonly bytes: number;
}

/** Where a file holds data: start and end of each range, in turn. */
export interface RangesReply {
  readonly error: number;
  readonly borders: Float64Array;
}

/** A file's extended attributes: names, and the value of each. */
export interface AttributesReply {
  readonly error: number;
  readonly names: readonly Uint8Array[];
  readonly values: readonly Uint8Array[];
}

/** When a file was made, where its file system knows. */
export interface BirthReply {
  readonly error: number;
  readonly known: boolean;
  /** Since 1970. */
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** Hears the outcome of a file operation. */
type Callback<T> = (outcome: T) => void;

/**
 * What the addon exports. Outcomes come by callbacks, since an environment that is ending gives no promises. Paths and
 * names are bytes without a NUL; `follow` says whether a symbolic link's target is meant or the link; `error` is an error
 * number of the system, 0 where there was none.
 */
export interface NativeBinding {
  readonly SgDevice: new (listener: (reply: SgReply) => void) => NativeSgDevice;
  /** Copies up to so many bytes between two file descriptors, in the kernel. 0 at the end of the source. */
  copyFileRange(
    source: number,
    sourceOffset: number,
    target: number,
    targetOffset: number,
    bytes: number,
    callback: Callback<CopyReply>,
  ): void;
  dataRanges(path: Uint8Array, callback: Callback<RangesReply>): void;
  readAttributes(path: Uint8Array, follow: boolean, callback: Callback<AttributesReply>): void;
  setAttribute(
    path: Uint8Array,
    follow: boolean,
    name: Uint8Array,
    value: Uint8Array,
    callback: Callback<number>,
  ): void;
  removeAttribute(path: Uint8Array, follow: boolean, name: Uint8Array, callback: Callback<number>): void;
  birthTime(path: Uint8Array, follow: boolean, callback: Callback<BirthReply>): void;
}

/** Errors of discs that Node has no names for. */
const moreNames: Readonly<Record<number, string>> = { 123: "ENOMEDIUM", 124: "EMEDIUMTYPE" };

/** The system's name of an error number that the addon gave. */
export function errnoName(error: number): string {
  const name = moreNames[error] ?? getSystemErrorName(-error);
  return name.startsWith("E") ? name : `errno ${error}`;
}

/** The addon, or why there is none. */
export type LoadedNative = { readonly binding: NativeBinding } | { readonly reason: string };

const binaryName = "discsmith.node";

let loaded: LoadedNative | undefined;

/** Loads the addon, once. */
export function loadNative(): LoadedNative {
  loaded ??= findNative();
  return loaded;
}

/** Folder of the package: the nearest one with a package.json. */
function packageFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, "package.json")) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/**
 * Binaries that may fit, best first: the one that the environment names, the one built here, those that came with the
 * package. Of several C libraries only the right one's loads, so that nobody has to guess which one the system has.
 */
function candidates(): string[] {
  const named = process.env.DISCSMITH_NATIVE;
  if (named !== undefined && named !== "") return [named];
  const top = packageFolder();
  const prebuilds = join(top, "prebuilds", `${process.platform}-${process.arch}`);
  const names = existsSync(prebuilds) ? readdirSync(prebuilds).filter((name) => name.endsWith(".node")) : [];
  const built = join(top, "native", "build", "Release", binaryName);
  return [...(existsSync(built) ? [built] : []), ...names.sort().map((name) => join(prebuilds, name))];
}

function findNative(): LoadedNative {
  if (process.platform !== "linux") return { reason: "the native addon is for Linux" };
  const load = createRequire(import.meta.url);
  const faults: string[] = [];
  for (const path of candidates()) {
    try {
      return { binding: load(path) as NativeBinding };
    } catch (error) {
      faults.push(error instanceof Error ? error.message.split("\n")[0]! : String(error));
    }
  }
  if (faults.length > 0) return { reason: `the native addon does not load: ${faults.join("; ")}` };
  const platform = `${process.platform}-${process.arch}`;
  return { reason: `there is no native addon for ${platform} here; docs/DRIVES.md says how to build it` };
}
