/**
 * The lines of a trace: one JSON object each, told apart by their first member. docs/TRACES.md describes them.
 *
 * A command is two lines. The first is written before the command is sent, the second when it has ended: so a trace of a
 * drive that hangs ends with the command that it hangs in.
 */
import type { DescribedFields } from "./mmc/command-registry.js";
import type { Transfer, Transport } from "./transport.js";

/** The version of the format; another one is not read. */
export const traceVersion = 1;

/** Who made a drive, as it says itself. */
export interface TracedDrive {
  readonly vendor: string;
  readonly product: string;
  readonly revision: string;
}

/** The first line: what was recorded, and how. */
export interface TraceHeader {
  /** The version of the format. */
  readonly trace: number;
  /** Name of the device; of an emulated disc the name of its file, without the folders. */
  readonly device: string;
  readonly kind: Transport["kind"];
  readonly maximumTransferBytes: number;
  /** `null` where it was not known when recording began; an INQUIRY in the trace tells it, too. */
  readonly drive: TracedDrive | null;
  /** Name and version of the program that recorded; `null` where it named none. */
  readonly program: string | null;
  /** When recording began: ISO 8601, UTC. */
  readonly started: string;
  /** Whether blocks of the disc were recorded whole, or a digest of them. */
  readonly blocks: "digest" | "whole";
  readonly serialNumbers: "redacted" | "kept";
}

/** A part of data that was recorded although the whole was not. */
export interface KeptPart {
  /** Its first byte in the data. */
  readonly at: number;
  /** Hexadecimal; the zeros that it ends with are left out. */
  readonly hex: string;
}

/** Data of a command: whole, or what was recorded of it. Its length stands beside it. */
export interface TracedData {
  /** All of it, hexadecimal. */
  readonly hex?: string;
  /** All of it, base64: blocks of the disc. */
  readonly base64?: string;
  /** SHA-256 of all of it, hexadecimal. */
  readonly sha256?: string;
  /** Beside a digest: blocks that the state of the disc depends on. */
  readonly kept?: readonly KeptPart[];
  /** Ranges of bytes that were serial numbers and stand as "X" (58h): first byte and length. */
  readonly redacted?: readonly (readonly [at: number, bytes: number])[];
}

/** A command, before it is sent. */
export interface SentLine {
  /** Its number, from 1. */
  readonly send: number;
  /** Milliseconds since recording began. */
  readonly atMs: number;
  /** `null` for one that no codec knows. */
  readonly command: string | null;
  /** Hexadecimal, bytes apart. */
  readonly cdb: string;
  readonly fields: DescribedFields;
  readonly direction: Transfer["direction"];
  /** Bytes that go out, or that may come in. */
  readonly bytes: number;
  readonly timeoutMs: number;
  /** What goes out. */
  readonly data?: TracedData;
}

/** Sense, in numbers and in words. */
export interface TracedSense {
  readonly key: number;
  readonly asc: number;
  readonly ascq: number;
  readonly text: string;
}

/** How a command ended. */
export interface AnswerLine {
  /** The number of the command. */
  readonly answer: number;
  /** How long it took. */
  readonly ms: number;
  readonly status: "ok" | "check" | "failed";
  /** With "check": `null` where the way to the drive lost it. */
  readonly sense?: TracedSense | null;
  /** With "check": the sense data as they came, hexadecimal. */
  readonly rawSense?: string;
  /** With "failed": why it did not get through. */
  readonly errno?: string;
  /** Bytes that came in. */
  readonly bytes?: number;
  /** Bytes that were asked for and did not come. */
  readonly residualBytes?: number;
  /** What came in. */
  readonly data?: TracedData;
}

/** Something other than a command. */
export interface EventLine {
  readonly event: "reserve" | "release" | "close";
  readonly atMs: number;
  /** "ok", or the code of the error. */
  readonly result: string;
}

/** Any line of a trace. */
export type TraceLine = TraceHeader | SentLine | AnswerLine | EventLine;

/** Bytes in hexadecimal. */
export function hexFromBytes(bytes: Uint8Array, separator = ""): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join(separator);
}

/** Bytes from hexadecimal, of which the caller knows that it is. */
export function bytesFromHex(hex: string): Uint8Array {
  const digits = hex.replaceAll(" ", "");
  return Uint8Array.from({ length: digits.length / 2 }, (_, at) =>
    Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16),
  );
}
