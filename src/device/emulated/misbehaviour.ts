/** How the sidecar of an emulated disc says in which way its drive misbehaves. */
import { hasCode } from "../../errors.js";
import type { Fault, FaultEffect, FaultMoment, SlowDrive } from "./faults.js";
import type { EmulatedMedia } from "./media.js";
import { quirksNamed } from "./quirks.js";
import type { SidecarReader } from "./sidecar-reader.js";
import { sidecarError } from "./sidecar-reader.js";

/** How a drive differs from a well-behaved one that is whole. */
export interface Misbehaviour {
  /** Names of docs/QUIRKS.md. */
  readonly quirks?: readonly string[];
  readonly faults?: readonly Fault[];
  readonly slow?: SlowDrive;
}

/** The rules of a kind of media, as quirks of that name change them. */
export function rulesWithQuirks(media: EmulatedMedia, names: readonly string[]): EmulatedMedia {
  return quirksNamed(names).reduce((rules, quirk) => quirk.changeRules?.(rules) ?? rules, media);
}

/** Reads the members `quirks`, `faults` and `slow` of a sidecar. @throws {@link DiscError} E_SIDECAR. */
export function readMisbehaviour(check: SidecarReader, root: Record<string, unknown>): Misbehaviour {
  return {
    ...(root.quirks === undefined ? {} : { quirks: readQuirks(check, root.quirks) }),
    ...(root.faults === undefined ? {} : { faults: readFaults(check, root.faults) }),
    ...(root.slow === undefined ? {} : { slow: readSlow(check, root.slow) }),
  };
}

function readQuirks(check: SidecarReader, value: unknown): readonly string[] {
  const names = check.array(value, "quirks").map(String);
  try {
    quirksNamed(names);
  } catch (error) {
    if (!hasCode(error, "E_OPTION_INVALID")) throw error;
    throw sidecarError(check.path, (error as Error).message, error);
  }
  return names;
}

function readFaults(check: SidecarReader, value: unknown): readonly Fault[] {
  return check.array(value, "faults").map((fault, index) => {
    const name = `faults[${index}]`;
    const members = check.object(fault, name);
    return { ...readMoment(check, members, name), ...readEffect(check, members, name) };
  });
}

function readMoment(check: SidecarReader, members: Record<string, unknown>, name: string): FaultMoment {
  if (members.afterBlocks !== undefined)
    return { afterBlocks: check.count(members.afterBlocks, `${name}.afterBlocks`) };
  const { at, operationCode, times } = members;
  return {
    at: check.count(at, `${name}.at`),
    ...(operationCode === undefined ? {} : { operationCode: check.count(operationCode, `${name}.operationCode`) }),
    ...(times === undefined ? {} : { times: check.count(times, `${name}.times`) }),
  };
}

const effects: readonly FaultEffect["effect"][] = [
  "check",
  "lost",
  "short",
  "mediumChange",
  "reset",
  "mediumRemoval",
  "powerLoss",
];

function readEffect(check: SidecarReader, members: Record<string, unknown>, name: string): FaultEffect {
  const effect = check.oneOf(members.effect, `${name}.effect`, effects);
  const carriedOut = members.carriedOut === undefined ? {} : { carriedOut: check.boolean(members.carriedOut, name) };
  switch (effect) {
    case "check": {
      const sense = check.object(members.sense, `${name}.sense`);
      const code = (member: string): number => check.count(sense[member], `${name}.sense.${member}`);
      return { effect, sense: { key: code("key"), asc: code("asc"), ascq: code("ascq") }, ...carriedOut };
    }
    case "lost":
      return { effect, errno: String(members.errno), ...carriedOut };
    case "short":
      return { effect, bytes: check.count(members.bytes, `${name}.bytes`) };
    default:
      return { effect };
  }
}

function readSlow(check: SidecarReader, value: unknown): SlowDrive {
  const members = check.object(value, "slow");
  return {
    bufferBytes: check.count(members.bufferBytes, "slow.bufferBytes"),
    bytesBetweenCommands: check.count(members.bytesBetweenCommands, "slow.bytesBetweenCommands"),
  };
}
