/** Steps that tell the drive how the next blocks will be written. */
import { encode } from "../../codec/struct.js";
import { DiscError } from "../../errors.js";
import type { CommandChannel } from "../command-channel.js";
import { layerValue } from "../mmc/disc-structures.js";
import { msfFromLba } from "../mmc/minute-second-frame.js";
import {
  encodeModeSelectData,
  findModePage,
  modePageCodes,
  modeSelect10,
  modeSense10,
} from "../mmc/mode-parameters.js";
import { encodeStructure, structureFormats, structureMedia } from "../mmc/read-disc-structure.js";
import { reserveTrack } from "../mmc/reserve-track.js";
import { encodeCueSheet, sendCueSheet } from "../mmc/send-cue-sheet.js";
import { sendDiscStructure } from "../mmc/send-disc-structure.js";
import { sendOpcInformation } from "../mmc/send-opc-information.js";
import type { Sense } from "../mmc/sense.js";
import { fullSpeed, setCdSpeed } from "../mmc/set-cd-speed.js";
import { setStreaming, streamingPerformance } from "../mmc/set-streaming.js";
import { writeParametersFor, writeParametersPage } from "../mmc/write-parameters-page.js";
import type { PlanStep } from "../plan/step.js";
import { waitUntilDone } from "./long-operation.js";

type StepOf<K extends PlanStep["kind"]> = Extract<PlanStep, { kind: K }>;

const noData = { direction: "none" } as const;
const strictly = { onUnitAttention: "fail" } as const;
/** Page header of MODE SENSE, and the page. */
const parametersReplyBytes = 8 + writeParametersPage.size;
/** Write type and test write in byte 2, multi-session in byte 3. */
const comparedBits = [
  { at: 2, unit: 1, values: 0x20 },
  { at: 3, unit: 0x40, values: 4 },
] as const;

/** Sets the page of write parameters, and makes sure that the drive has taken it. */
export async function setWriteParameters(channel: CommandChannel, step: StepOf<"setWriteParameters">): Promise<void> {
  const { writing, keepDiscOpen, testWrite, trackMode, mayFail } = step;
  const usual = writeParametersFor(writing, { keepDiscOpen, testWrite });
  const page = encode(writeParametersPage, trackMode === null ? usual : { ...usual, trackMode });
  const data = encodeModeSelectData([page]);
  const fields = { pageFormat: true, savePages: false, parameterListLength: data.length };
  const outcome = await channel.attempt(modeSelect10, fields, { direction: "out", data }, strictly);
  if ("error" in outcome) {
    if (mayFail && outcome.sense !== null) return;
    throw outcome.error;
  }
  if (!mayFail) await checkParameters(channel, page, step);
}

/** A drive that took the page without obeying it would finalise the disc, write in earnest, or fail at the end. */
async function checkParameters(
  channel: CommandChannel,
  asked: Uint8Array,
  { description }: StepOf<"setWriteParameters">,
): Promise<void> {
  const allocationLength = parametersReplyBytes;
  const pageCode = modePageCodes.writeParameters;
  const fields = { disableBlockDescriptors: true, pageControl: 0, pageCode, allocationLength };
  const outcome = await channel.attempt(modeSense10, fields, { direction: "in", allocationBytes: allocationLength });
  if ("error" in outcome) return;
  const found = findModePage(outcome.data, pageCode);
  if (found === undefined) return;
  const field = (page: Uint8Array, { at, unit, values }: (typeof comparedBits)[number]): number =>
    Math.floor((page[at] ?? asked[at]!) / unit) % values;
  if (comparedBits.every((bits) => field(found, bits) === field(asked, bits))) return;
  const what = `"${description}" by this drive, which took it and does not do it`;
  throw new DiscError("E_NOT_SUPPORTED", `not supported: ${what}`, { what });
}

/** Speeds are thousands of bytes a second. That of reading is left to the drive. */
const anyReadSpeed = 0x1000_0000;
const oneSecondMs = 1_000;

/** Sets the writing speed: a drive that does not know the command of DVD and BD may know that of CD. */
export async function setSpeed(channel: CommandChannel, step: StepOf<"setSpeed">): Promise<void> {
  if (step.command === "SET STREAMING") {
    const outcome = await setStreamingSpeed(channel, step);
    if (!("error" in outcome)) return;
    if (outcome.sense === null) throw outcome.error;
  }
  const writeSpeed = step.speed === "maximum" ? fullSpeed : Math.min(step.speed, fullSpeed);
  const fields = { rotationalControl: 0, readSpeed: fullSpeed, writeSpeed };
  await channel.send(setCdSpeed, fields, noData);
}

async function setStreamingSpeed(channel: CommandChannel, { speed, lastBlock }: StepOf<"setSpeed">) {
  const restoreDefaults = speed === "maximum";
  const data = encode(streamingPerformance, {
    writeRotationControl: 0,
    restoreDefaults,
    exact: false,
    randomAccess: false,
    startBlock: 0,
    endBlock: lastBlock,
    readSize: restoreDefaults ? 0 : anyReadSpeed,
    readTimeMs: oneSecondMs,
    writeSize: restoreDefaults ? 0 : speed,
    writeTimeMs: oneSecondMs,
  });
  return await channel.attempt(setStreaming, { type: 0, parameterListLength: data.length }, { direction: "out", data });
}

/** Drives that calibrate by themselves refuse to be told: not known, write protected, out of sequence, wrong medium. */
function isNoCalibration({ key, asc }: Sense): boolean {
  return (key === 5 && [0x20, 0x24, 0x2c, 0x30].includes(asc)) || (key === 7 && asc === 0x27);
}

/** Lets the drive calibrate its laser. */
export async function calibrate(channel: CommandChannel): Promise<void> {
  const fields = { doOpc: true, parameterListLength: 0 };
  const outcome = await channel.attempt(sendOpcInformation, fields, noData, strictly);
  if ("error" in outcome) {
    if (outcome.sense !== null && isNoCalibration(outcome.sense)) return;
    throw outcome.error;
  }
  await waitUntilDone(channel);
}

/** Sets how many blocks layer 0 has. Drives that fix it by themselves refuse, and nothing is lost by it. */
export async function setLayer0Blocks(channel: CommandChannel, { blocks }: StepOf<"setLayer0Blocks">): Promise<void> {
  const data = encodeStructure(encode(layerValue, { initialised: false, value: blocks }));
  const fields = {
    mediaType: structureMedia.dvd,
    format: structureFormats.layerCapacity,
    structureDataLength: data.length,
  };
  const outcome = await channel.attempt(sendDiscStructure, fields, { direction: "out", data }, strictly);
  if ("error" in outcome && outcome.sense?.key !== 5) throw outcome.error;
}

/** Gives the track that is written next a size. */
export async function reserve(channel: CommandChannel, { blocks, mayFail }: StepOf<"reserveTrack">): Promise<void> {
  const fields = { addressSpecified: false, reservationSize: blocks };
  const outcome = await channel.attempt(reserveTrack, fields, noData, strictly);
  if ("error" in outcome && !(mayFail && outcome.sense?.key === 5)) throw outcome.error;
}

/** Data track, and the number of the position that a line is about. MMC-6 "Cue sheet". */
const dataControl = 4;
const positionAdr = 1;
/** Mode 1: blocks of 2,048 bytes, or blocks that the drive makes. MMC-6 "Cue sheet, data form". */
const dataForm = 0x10;
const generatedForm = 0x14;
const leadOutNumber = 0xaa;
const pregapFrames = 150;

/** Tells the drive the session that is written at once: lead-in, one data track with its pre-gap, lead-out. */
export async function sendSessionCueSheet(channel: CommandChannel, { blocks }: StepOf<"sendCueSheet">): Promise<void> {
  const line = (trackNumber: number, index: number, form: number, block: number) => ({
    control: dataControl,
    adr: positionAdr,
    trackNumber,
    index,
    dataForm: form,
    serialCopyManagement: 0,
    absoluteTime: msfFromLba(block),
  });
  const data = encodeCueSheet([
    line(0, 0, generatedForm, -pregapFrames),
    line(1, 0, dataForm, -pregapFrames),
    line(1, 1, dataForm, 0),
    line(leadOutNumber, 1, generatedForm, blocks),
  ]);
  await channel.send(sendCueSheet, { cueSheetSize: data.length }, { direction: "out", data }, strictly);
}
