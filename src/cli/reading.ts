import type { FileSystemName, OpenOptions } from "../node.js";
import { charsetByName, findCharset } from "../node.js";
import type { CommandContext } from "./command.js";
import { usageError } from "./usage.js";

/** The trees that can be read. */
const readableFileSystems: readonly FileSystemName[] = ["rockridge", "joliet", "iso", "udf"];

/** The tree that --fs names, for reading. @throws {@link DiscError} E_USAGE. */
function fileSystemToRead(name: string | undefined): FileSystemName | undefined {
  if (name === undefined) return undefined;
  const found = readableFileSystems.find((fileSystem) => fileSystem === name);
  if (found === undefined) throw usageError(`--fs is "${name}", expected ${readableFileSystems.join(", ")}`);
  return found;
}

/** The number of the session that the options name. @throws {@link DiscError} E_USAGE. */
export function sessionNumberOf({ options }: CommandContext): Pick<OpenOptions, "session" | "scan"> {
  const session = options.number("session", Number.MIN_SAFE_INTEGER);
  if (session === 0) {
    throw usageError("--session is 0; sessions are numbered from 1, and -1 is the one before the last");
  }
  return { session, scan: options.has("scan") };
}

/** The session that the options name. @throws {@link DiscError} E_USAGE. */
export function sessionChoiceOf(context: CommandContext): Pick<OpenOptions, "session" | "start" | "scan"> {
  const { session, scan } = sessionNumberOf(context);
  const start = context.options.number("start");
  if (start !== undefined && (session !== undefined || scan)) {
    throw usageError("--start names a session by itself: not together with --session or --scan");
  }
  return { session, start, scan };
}

/** How the options would have a tree read, whichever session it is of. */
export function treeOptionsOf({ options, reporter, signal }: CommandContext): OpenOptions {
  const charset = options.text("charset");
  const strict = options.has("strict");
  return {
    fileSystem: fileSystemToRead(options.text("fs")),
    rawContents: options.has("raw"),
    charset: charset === undefined ? findCharset : charsetByName(charset),
    onWarning: (warning) => {
      if (strict) throw warning;
      reporter.onWarning(warning);
    },
    signal,
  };
}

/** What the options of the reading commands ask for. */
export function readingOptionsOf(context: CommandContext): OpenOptions {
  return { ...sessionChoiceOf(context), ...treeOptionsOf(context) };
}
