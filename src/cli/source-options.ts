/** How the options would have folders taken, and which attributes the items get. */
import type {
  AttributeRules,
  FileSystemName,
  HiddenPlace,
  HostAttributes,
  SortWeight,
  SourceOptions,
} from "../node.js";
import { charsetByName } from "../node.js";
import type { CommandContext } from "./command.js";
import { octalMode } from "./octal-mode.js";
import type { OptionValues } from "./parse.js";
import { expressionOf } from "./shell-pattern.js";
import { splitAtEquals } from "./sources.js";
import { usageError } from "./usage.js";

/** Whether a pattern without a "/" fits the name, or another one the end of the path. */
export function fitsPattern(pattern: string): (path: string, name: string) => boolean {
  const expression = expressionOf(pattern.replace(/^\/+/, ""));
  if (!pattern.includes("/")) return (_path, name) => expression.test(name);
  return (path) => {
    for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
      if (expression.test(path.slice(at + 1))) return true;
    }
    return expression.test(path);
  };
}

/** The character set of names in folders. */
export function sourceCharsetOf(options: OptionValues): SourceOptions["sourceCharset"] {
  const name = options.text("source-charset");
  return name === undefined ? undefined : charsetByName(name);
}

/** How folders are taken. */
export function sourceOptionsOf({ options }: CommandContext): SourceOptions {
  const tests = options.texts("exclude").map(fitsPattern);
  return {
    exclude: tests.length === 0 ? undefined : (path, name) => tests.some((test) => test(path, name)),
    followLinks: options.has("follow-links"),
    hostAttributes: hostAttributesOf(options),
    sourceCharset: sourceCharsetOf(options),
  };
}

/** Extended attributes and access control lists that are asked for; `undefined` for none. */
export function hostAttributesOf(options: CommandContext["options"]): HostAttributes | undefined {
  const scope = options.has("xattr-any") ? "any" : options.has("xattr") ? "user" : undefined;
  const accessControl = options.has("acl");
  return scope === undefined && !accessControl ? undefined : { extendedAttributes: scope, accessControl };
}

/** Attributes that all items get; `undefined` where none are asked for. @throws {@link DiscError} E_USAGE. */
export function attributeRulesOf({ options }: CommandContext): AttributeRules | undefined {
  const mode = (name: string): number | undefined => {
    const text = options.text(name);
    return text === undefined ? undefined : octalMode(`--${name}`, text);
  };
  const rules: AttributeRules = {
    rationalised: options.has("rationalised"),
    uid: options.number("uid"),
    gid: options.number("gid"),
    fileMode: mode("file-mode"),
    directoryMode: mode("dir-mode"),
  };
  return Object.values(rules).some((value) => value !== undefined && value !== false) ? rules : undefined;
}

const hideable: readonly FileSystemName[] = ["iso", "joliet", "udf"];

/** What is hidden from which file system. @throws {@link DiscError} E_USAGE. */
export function hiddenPlacesOf({ options }: CommandContext): readonly HiddenPlace[] {
  return options.texts("hide").map((word) => {
    const split = splitAtEquals(word);
    const fileSystem = hideable.find((name) => name === split?.[0]);
    if (split === undefined || fileSystem === undefined || split[1] === "") {
      throw usageError(`--hide is "${word}", expected FS=PATH with ${hideable.join(", ")}`);
    }
    return { fileSystem, path: split[1] };
  });
}

/** Which files lie in front. @throws {@link DiscError} E_USAGE. */
export function sortWeightsOf({ options }: CommandContext): readonly SortWeight[] {
  return options.texts("sort-weight").map((word) => {
    const split = splitAtEquals(word);
    if (split === undefined || !/^[-+]?\d{1,9}$/.test(split[0]) || split[1] === "") {
      throw usageError(`--sort-weight is "${word}", expected WEIGHT=PATH with a whole number`);
    }
    return { weight: Number(split[0]), path: split[1] };
  });
}
