import { DiscError } from "../errors.js";
import type { CommandChannel } from "./command-channel.js";
import { startStopUnit } from "./mmc/start-stop-unit.js";
import { testUnitReady } from "./mmc/test-unit-ready.js";
import type { Answer, Asking, Question } from "./state/ask.js";
import { askState } from "./state/ask-disc.js";
import type { RawReply } from "./state/raw-replies.js";
import { rawReplyOf } from "./state/raw-replies.js";
import type { DiscSnapshot } from "./state/snapshot.js";
import { snapshotOf } from "./state/snapshot.js";

const readingAttempts = 4;
/** How a question that did not reach the drive is answered where it may be left open: invalid field in CDB. */
const notAnswered = { key: 5, asc: 0x24, ascq: 0x00 };

/**
 * Waits until the medium can be used.
 *
 * @throws {@link DiscError} E_NO_MEDIUM; {@link DeviceError}.
 */
async function becomeReady(channel: CommandChannel): Promise<void> {
  let outcome = await channel.attempt(testUnitReady, {}, { direction: "none" });
  if ("error" in outcome && outcome.sense?.key === 2 && outcome.sense.asc === 0x04 && outcome.sense.ascq === 0x02) {
    await channel.send(startStopUnit, { immediate: false, loadEject: false, start: true }, { direction: "none" });
    outcome = await channel.attempt(testUnitReady, {}, { direction: "none" });
  }
  if (!("error" in outcome)) return;
  if (outcome.sense?.key !== 2 || outcome.sense.asc !== 0x3a) throw outcome.error;
  const device = channel.transport.name;
  throw new DiscError("E_NO_MEDIUM", `${device}: there is no disc`, { device }, { cause: outcome.error });
}

/**
 * Reads the state of the disc. Begins again when the medium changes meanwhile.
 *
 * @throws {@link DiscError} E_NO_MEDIUM; {@link DeviceError}.
 */
export async function readState(channel: CommandChannel): Promise<DiscSnapshot> {
  for (let attempt = 1; ; attempt++) {
    await becomeReady(channel);
    const before = channel.unitAttentions;
    const rawReplies: RawReply[] = [];
    const replies = await answerAll(channel, askState(), (question, answer) => {
      rawReplies.push(rawReplyOf(question, answer));
    });
    if (channel.unitAttentions === before || attempt === readingAttempts) return snapshotOf(replies, rawReplies);
  }
}

/**
 * Puts the questions of a reading, or of a part of one, to the drive.
 *
 * @param onAnswer Hears every answer.
 * @throws {@link DeviceError} where the drive fails a command in a way that is no answer.
 */
export async function answerAll<T>(
  channel: CommandChannel,
  asking: Asking<T>,
  onAnswer: (question: Question, answer: Answer) => void = () => undefined,
): Promise<T> {
  let step = asking.next();
  while (step.done !== true) {
    const answer = await answerTo(channel, step.value);
    onAnswer(step.value, answer);
    step = asking.next(answer);
  }
  return step.value;
}

async function answerTo(channel: CommandChannel, question: Question): Promise<Answer> {
  const outcome = await channel.attemptCdb(question.name, question.cdb, question.transfer, question.timeoutMs);
  if (!("error" in outcome)) return { data: outcome.data };
  const { sense, error } = outcome;
  if (sense === null ? question.isOptional : question.isAnswer(sense)) return { sense: sense ?? notAnswered };
  throw error;
}
