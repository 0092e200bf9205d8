import { encode } from "../../codec/struct.js";
import { blockBytes } from "../../units.js";
import { bufferCapacity, readBufferCapacity } from "../mmc/read-buffer-capacity.js";
import type { Sense } from "../mmc/sense.js";
import { synchronizeCache } from "../mmc/synchronize-cache.js";
import type { CommandResult } from "../transport.js";
import type { Behaviour, Call, Pass } from "./quirk.js";
import { check, checkWith, cutTo, isCommand } from "./quirk.js";
import { needsNoMedium, withFewerBlocks, writeOf } from "./quirk-commands.js";

/** When a fault strikes: at one command, or once so much was written. */
export type FaultMoment =
  | {
      /** The how-manieth command, from 1. */
      readonly at: number;
      /** Only commands of that code are counted; absent: all. */
      readonly operationCode?: number;
      /** How many of them in a row; absent: one. */
      readonly times?: number;
    }
  /** With the WRITE that brings the next block behind so many. */
  | { readonly afterBlocks: number };

/** What then happens. */
export type FaultEffect =
  /** CHECK CONDITION; with `carriedOut`, the drive has done what was asked all the same. */
  | { readonly effect: "check"; readonly sense: Sense; readonly carriedOut?: boolean }
  /** The command is lost, or with `carriedOut` its answer. */
  | { readonly effect: "lost"; readonly errno: string; readonly carriedOut?: boolean }
  /** Of the reply only so many bytes arrive. */
  | { readonly effect: "short"; readonly bytes: number }
  /** The medium is said to be another one: 6/28/00, and then for a while 2/04/01. */
  | { readonly effect: "mediumChange" }
  /** The drive was reset: 6/29/00. */
  | { readonly effect: "reset" }
  /** The medium is taken out: from then on there is none. */
  | { readonly effect: "mediumRemoval" }
  /** The drive is unplugged, or has no power any more: from then on nothing reaches it. */
  | { readonly effect: "powerLoss" };

/** Something that goes wrong once, or from then on. */
export type Fault = FaultMoment & FaultEffect;

/** A drive that is slower than its host: its buffer fills. */
export interface SlowDrive {
  readonly bufferBytes: number;
  /** What it writes from one command to the next, whichever. */
  readonly bytesBetweenCommands: number;
}

const becomingReadyTimes = 3;
const noDevice: CommandResult = { status: "failed", errno: "ENODEV" };

/** Whether a fault strikes now; called with every command. */
function momentOf(fault: FaultMoment): (call: Call) => { readonly strikes: boolean; readonly blocksBefore: number } {
  const never = { strikes: false, blocksBefore: 0 };
  if ("afterBlocks" in fault) {
    let left = fault.afterBlocks;
    let isOver = false;
    return (call) => {
      const blocks = writeOf(call)?.blocks ?? 0;
      if (isOver || blocks <= left) {
        left -= blocks;
        return never;
      }
      isOver = true;
      return { strikes: true, blocksBefore: left };
    };
  }
  const { at, operationCode, times = 1 } = fault;
  let count = 0;
  return (call) => {
    if (operationCode !== undefined && call.cdb[0] !== operationCode) return never;
    count++;
    return { strikes: count >= at && count < at + times, blocksBefore: 0 };
  };
}

/** Behaves as a drive in which these go wrong. All count the commands of the host, whatever became of them. */
export function faultsBehaviour(faults: readonly Fault[]): Behaviour {
  const all = faults.map((fault) => ({ moment: momentOf(fault), strike: effectOf(fault) }));
  return async (call, pass) => {
    const moments = all.map(({ moment }) => moment(call));
    const from = (index: number): Pass => {
      const fault = all[index];
      if (fault === undefined) return pass;
      const { strikes, blocksBefore } = moments[index]!;
      return (next) => fault.strike(next, from(index + 1), strikes, blocksBefore);
    };
    return await from(0)(call);
  };
}

type Strike = (call: Call, pass: Pass, strikes: boolean, blocksBefore: number) => Promise<CommandResult>;

function effectOf(fault: FaultEffect): Strike {
  switch (fault.effect) {
    case "check":
      return async (call, pass, strikes) => {
        if (!strikes) return await pass(call);
        const result = fault.carriedOut === true ? await pass(call) : undefined;
        return checkWith(fault.sense, result?.status === "ok" ? result.data : new Uint8Array(0));
      };
    case "lost":
      return async (call, pass, strikes) => {
        if (!strikes) return await pass(call);
        if (fault.carriedOut === true) await pass(call);
        return { status: "failed", errno: fault.errno };
      };
    case "short":
      return async (call, pass, strikes) => {
        const result = await pass(call);
        return strikes && result.status === "ok" ? { status: "ok", data: result.data.slice(0, fault.bytes) } : result;
      };
    case "mediumChange":
      return attentions(check(6, 0x28, 0), ...new Array<CommandResult>(becomingReadyTimes).fill(check(2, 0x04, 0x01)));
    case "reset":
      return attentions(check(6, 0x29, 0));
    case "mediumRemoval":
      return fromThenOn((call) => (needsNoMedium(call) ? undefined : check(2, 0x3a, 0x02)));
    case "powerLoss":
      return fromThenOn(() => noDevice);
  }
}

/** Answers that come one after the other, to commands that can have them. */
function attentions(...answers: readonly CommandResult[]): Strike {
  let pending: CommandResult[] = [];
  return async (call, pass, strikes) => {
    if (strikes) pending = [...answers];
    const answer = needsNoMedium(call) ? undefined : pending.shift();
    return answer ?? (await pass(call));
  };
}

/** What the drive got before it stops is written: the first blocks of a WRITE, too. */
function fromThenOn(answer: (call: Call) => CommandResult | undefined): Strike {
  let hasStruck = false;
  return async (call, pass, strikes, blocksBefore) => {
    if (strikes && !hasStruck && blocksBefore > 0) await pass(withFewerBlocks(call, blocksBefore));
    hasStruck ||= strikes;
    return (hasStruck ? answer(call) : undefined) ?? (await pass(call));
  };
}

/** Behaves as a drive whose buffer fills. It goes by commands, not by the clock: the same each time. */
export function slowDriveBehaviour({ bufferBytes, bytesBetweenCommands }: SlowDrive): Behaviour {
  let filledBytes = 0;
  return async (call, pass) => {
    filledBytes = Math.max(0, filledBytes - bytesBetweenCommands);
    if (isCommand(call, readBufferCapacity)) {
      const availableLength = bufferBytes - filledBytes;
      return cutTo(
        call,
        encode(bufferCapacity, { dataLength: 10, block: false, bufferLength: bufferBytes, availableLength }),
      );
    }
    const bytes = (writeOf(call)?.blocks ?? 0) * blockBytes;
    // What is larger than the buffer is let through once it is empty.
    if (bytes > 0 && filledBytes > 0 && filledBytes + bytes > bufferBytes) return check(2, 0x04, 0x08);
    const result = await pass(call);
    if (isCommand(call, synchronizeCache)) filledBytes = 0;
    else if (result.status === "ok") filledBytes += bytes;
    return result;
  };
}
