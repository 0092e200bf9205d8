import type { Sense } from "../mmc/sense.js";
import type { Answer, Asking, Question } from "./ask.js";

/** One command of a reading with its answer, as text that can be mailed. */
export interface RawReply {
  /** Name of the command. */
  readonly command: string;
  /** Hexadecimal digits. */
  readonly cdb: string;
  /** Hexadecimal digits of what came back; or "sense" with key, code and qualifier: "sense 5/24/00". */
  readonly reply: string;
}

/** The two digits of each octet: every reply of every reading is written down. */
const digitsOf: readonly string[] = Array.from({ length: 256 }, (_unused, octet) =>
  octet.toString(16).padStart(2, "0"),
);

function hexOf(bytes: Uint8Array): string {
  let digits = "";
  for (const octet of bytes) digits += digitsOf[octet];
  return digits;
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
}

const sensePattern = /^sense ([0-9a-f]+)\/([0-9a-f]+)\/([0-9a-f]+)$/;

function textOfSense({ key, asc, ascq }: Sense): string {
  return `sense ${key.toString(16)}/${digitsOf[asc]}/${digitsOf[ascq]}`;
}

/** A question and its answer as text. */
export function rawReplyOf({ name, cdb }: Question, answer: Answer): RawReply {
  const reply = "data" in answer ? hexOf(answer.data) : textOfSense(answer.sense);
  return { command: name, cdb: hexOf(cdb), reply };
}

function answerOf({ reply }: RawReply): Answer {
  const sense = sensePattern.exec(reply);
  if (sense === null) return { data: bytesOf(reply) };
  const [key = 0, asc = 0, ascq = 0] = sense.slice(1).map((digits) => Number.parseInt(digits, 16));
  return { sense: { key, asc, ascq } };
}

/**
 * Answers all questions of a reading from what was answered before, each with the next reply to the same command.
 *
 * @throws RangeError where there is none.
 */
export function answersFrom<T>(asking: Asking<T>, replies: readonly RawReply[]): T {
  const left = [...replies];
  let step = asking.next();
  while (step.done !== true) {
    const cdb = hexOf(step.value.cdb);
    const index = left.findIndex((reply) => reply.cdb === cdb);
    const [found] = index < 0 ? [] : left.splice(index, 1);
    if (found === undefined) throw new RangeError(`there is no reply to ${step.value.name}, ${cdb}`);
    step = asking.next(answerOf(found));
  }
  return step.value;
}
