/**
 * How the state of a disc is asked for: as coroutines that yield questions and are given answers, and know nothing of
 * how they are sent. So a state that was read once can be derived again from the replies alone, by the same code.
 */
import { encode } from "../../codec/struct.js";
import type { Command } from "../mmc/command.js";
import type { Sense } from "../mmc/sense.js";

/** One command of a reading. */
export interface Question {
  /** Name of the command. */
  readonly name: string;
  readonly cdb: Uint8Array;
  readonly timeoutMs: number;
  readonly transfer:
    | { readonly direction: "in"; readonly allocationBytes: number }
    | { readonly direction: "out"; readonly data: Uint8Array };
  /** Whether a drive that ends it with this sense has answered; else the reading fails. */
  isAnswer(sense: Sense): boolean;
  /** Whether the reading goes on where the command does not even reach the drive. */
  readonly isOptional: boolean;
}

/** What came back: data, or the sense with which the drive refused. */
export type Answer = { readonly data: Uint8Array } | { readonly sense: Sense };

/** A part of a reading. */
export type Asking<T> = Generator<Question, T, Answer>;

/** How a drive's refusals are taken. */
export interface AskOptions {
  readonly isAnswer?: (sense: Sense) => boolean;
  readonly isOptional?: boolean;
}

/** A drive may not know a command, or not the form of it: sense key 5. */
function isIllegalRequest({ key }: Sense): boolean {
  return key === 5;
}

/** Everything but a drive that is not ready, or has to tell something first. */
export function isAboutMedium({ key }: Sense): boolean {
  return key !== 2 && key !== 6;
}

/** Asks for up to `bytes` bytes. */
export function* ask<F>(command: Command<F>, fields: F, bytes: number, options: AskOptions = {}): Asking<Answer> {
  return yield {
    name: command.name,
    cdb: encode(command.cdb, fields),
    timeoutMs: command.timeoutMs,
    transfer: { direction: "in", allocationBytes: bytes },
    isAnswer: options.isAnswer ?? isIllegalRequest,
    isOptional: options.isOptional ?? false,
  };
}

/** Tells the drive something that it may refuse. */
export function* tell<F>(command: Command<F>, fields: F, data: Uint8Array): Asking<Answer> {
  return yield {
    name: command.name,
    cdb: encode(command.cdb, fields),
    timeoutMs: command.timeoutMs,
    transfer: { direction: "out", data },
    isAnswer: isAboutMedium,
    isOptional: true,
  };
}

/** A reply whose length the drive announces at its start. */
export interface SizedReply {
  /** Bytes asked for at first. */
  readonly headBytes: number;
  /** The whole length, by what came of them. */
  readonly bytesOf: (head: Uint8Array) => number;
  /** Longer than that no such reply is. */
  readonly mostBytes: number;
}

/**
 * Asks for a reply of variable length in two steps: some USB bridges hang when more is asked for than there is.
 *
 * @param question Asks for so many bytes.
 * @returns The reply, or `null` where the drive refuses.
 */
export function* askSized(
  question: (allocationLength: number) => Asking<Answer>,
  { headBytes, bytesOf, mostBytes }: SizedReply,
): Asking<Uint8Array | null> {
  const head = yield* question(headBytes);
  if (!("data" in head)) return null;
  const bytes = Math.min(bytesOf(head.data), mostBytes);
  if (bytes <= head.data.length) return head.data.subarray(0, Math.max(bytes, 0));
  const whole = yield* question(bytes);
  return "data" in whole && whole.data.length >= head.data.length ? whole.data : head.data;
}
