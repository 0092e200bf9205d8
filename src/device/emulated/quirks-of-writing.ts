/** Quirks in how a drive takes data. */

import { closeTrackSession } from "../mmc/close-track-session.js";
import { modeSelect10 } from "../mmc/mode-parameters.js";
import { bufferCapacity, readBufferCapacity } from "../mmc/read-buffer-capacity.js";
import { readTrackInformation, trackInformation } from "../mmc/read-track-information.js";
import { sendCueSheet } from "../mmc/send-cue-sheet.js";
import { sendOpcInformation } from "../mmc/send-opc-information.js";
import { fullSpeed, setCdSpeed } from "../mmc/set-cd-speed.js";
import { setStreaming } from "../mmc/set-streaming.js";
import { synchronizeCache } from "../mmc/synchronize-cache.js";
import { write12 } from "../mmc/write-12.js";
import { writeTypes } from "../mmc/write-parameters-page.js";
import type { Behaviour, Call, Pass, Quirk } from "./quirk.js";
import {
  allMedia,
  bdReMedia,
  bdRMedia,
  cdMedia,
  chain,
  check,
  discIn,
  dvdMinusMedia,
  fieldsOf,
  isCommand,
  onStructure,
  profileIn,
  refuse,
  sequentialMedia,
} from "./quirk.js";
import {
  busyAfter,
  busyTimes,
  endsWriting,
  needsNoMedium,
  onNthWrite,
  selectedPage,
  withFewerBlocks,
  writeOf,
} from "./quirk-commands.js";

const dvdAndBdMedia = allMedia.filter((type) => !cdMedia.includes(type));
const firstBdProfile = 0x0040;
const dvdUnitBlocks = 16;
const bdUnitBlocks = 32;
const minimumCdTrackBlocks = 300;
const statusAppendable = 1;

/** Takes the first half of what is written. */
async function takeHalf(call: Call, pass: Pass): ReturnType<Pass> {
  const half = Math.floor(writeOf(call)!.blocks / 2);
  if (half > 0) await pass(withFewerBlocks(call, half));
  return check(5, 0x21, 0x02);
}

/** Every fourth WRITE finds the buffer full, three times. */
function bufferFull(): Behaviour {
  let writes = 0;
  let left = 0;
  return async (call, pass) => {
    if (writeOf(call) === undefined) return await pass(call);
    if (left > 0) {
      left--;
      return check(2, 0x04, 0x08);
    }
    const result = await pass(call);
    writes++;
    if (writes % 4 === 0) left = busyTimes;
    return result;
  };
}

function sequenceErrorUntilSync(): Behaviour {
  let writes = 0;
  let isStuck = false;
  return async (call, pass) => {
    if (isCommand(call, closeTrackSession)) writes = 0;
    if (isCommand(call, synchronizeCache)) isStuck = false;
    if (writeOf(call) === undefined) return await pass(call);
    writes++;
    if (writes === 3) isStuck = true;
    return isStuck ? check(5, 0x2c, 0) : await pass(call);
  };
}

/** Writing fails until a speed was set that is not the fastest. */
function lossOfStreaming(): Behaviour {
  let isSlow = false;
  const tooFast = onNthWrite(4, async () => check(3, 0x0c, 0x09));
  return async (call, pass) => {
    if (isCommand(call, setStreaming)) isSlow = true;
    if (isCommand(call, setCdSpeed)) isSlow = fieldsOf(setCdSpeed, call).writeSpeed !== fullSpeed;
    return isSlow ? await pass(call) : await tooFast(call, pass);
  };
}

function minimumTrack(): Behaviour {
  let written = 0;
  return async (call, pass) => {
    if (endsWriting(call)) {
      if (written > 0 && written < minimumCdTrackBlocks) return check(3, 0x72, 0);
      written = 0;
    }
    const result = await pass(call);
    if (result.status === "ok") written += writeOf(call)?.blocks ?? 0;
    return result;
  };
}

/** The quirks of groups 9, 10, 12, 13 and 19: what happens while data are written. */
export const writingQuirks: readonly Quirk[] = [
  {
    name: "bufferFull",
    group: "writing",
    media: allMedia,
    drive: "Every fourth WRITE finds the buffer full (2/04/08), three times.",
    recorder: "Waits, and sends the same WRITE again.",
    behave: bufferFull,
  },
  {
    name: "bufferCapacityOdd",
    group: "writing",
    media: allMedia,
    drive: "More of the buffer is said to be free than there is buffer.",
    recorder: "Takes the buffer for half full.",
    behave: () =>
      onStructure(readBufferCapacity, bufferCapacity, (capacity) => ({
        ...capacity,
        availableLength: capacity.bufferLength * 2,
      })),
  },
  {
    name: "bufferCapacityAbsent",
    group: "writing",
    media: allMedia,
    drive: "READ BUFFER CAPACITY is unknown.",
    recorder: "Writes without looking at the buffer, and waits when it is full.",
    behave: () => refuse(readBufferCapacity, { key: 5, asc: 0x20, ascq: 0 }),
  },
  {
    name: "longWriteAfterSync",
    group: "writing",
    media: allMedia,
    drive: "After SYNCHRONIZE CACHE the drive is still writing (2/04/08) for the next three commands.",
    recorder: "Waits, and sends the command again.",
    behave: () =>
      busyAfter(
        { key: 2, asc: 0x04, ascq: 0x08 },
        (call) => isCommand(call, synchronizeCache),
        (call) => !needsNoMedium(call),
      ),
  },
  {
    name: "firstWriteSlow",
    group: "writing",
    media: allMedia,
    drive: "The first WRITE of a session is refused as long as the lead-in is written (2/04/01).",
    recorder: "Waits, and sends the same WRITE again.",
    behave: () => {
      let left = busyTimes;
      return async (call, pass) => {
        if (endsWriting(call)) left = busyTimes;
        if (writeOf(call) === undefined || left === 0) return await pass(call);
        left--;
        return check(2, 0x04, 0x01);
      };
    },
  },
  {
    name: "partialAccept",
    group: "writing",
    media: sequentialMedia,
    drive: "Of the second WRITE half is taken; the answer is 5/21/02, and the next writable address has moved.",
    recorder: "Asks for the next writable address, and goes on there or fails.",
    behave: () => onNthWrite(2, takeHalf),
  },
  {
    name: "sequenceErrorUntilSync",
    group: "writing",
    media: dvdAndBdMedia,
    drive: "From the third WRITE of a session on the answer is 5/2C/00, until SYNCHRONIZE CACHE.",
    recorder: "Synchronises once, and sends the same WRITE again.",
    behave: sequenceErrorUntilSync,
  },
  {
    name: "saoOnAppendableRefused",
    group: "writing",
    media: cdMedia,
    drive: "A cue sheet is refused where the CD already has a session.",
    recorder: "Writes later sessions track at once.",
    behave: (drive) =>
      refuse(
        sendCueSheet,
        { key: 5, asc: 0x24, ascq: 0 },
        async () => (await discIn(drive))?.discStatus === statusAppendable,
      ),
  },
  {
    name: "minimumTrackEnforced",
    group: "writing",
    media: cdMedia,
    drive: "A track of fewer than 300 blocks can't be closed.",
    recorder: "Fills short tracks up to 300 blocks.",
    behave: minimumTrack,
  },
  {
    name: "wholeUnitsEnforced",
    group: "writing",
    media: sequentialMedia.filter((type) => !cdMedia.includes(type)),
    drive: "A WRITE of other than whole units of error correction is refused (5/63/01).",
    recorder: "Fills the last unit with zeros.",
    behave: (drive) => async (call, pass) => {
      const write = writeOf(call);
      if (write === undefined) return await pass(call);
      const unit = (await profileIn(drive)) >= firstBdProfile ? bdUnitBlocks : dvdUnitBlocks;
      return write.blocks % unit === 0 ? await pass(call) : check(5, 0x63, 0x01);
    },
  },
  {
    name: "trackMode5Required",
    group: "writing",
    media: dvdMinusMedia,
    drive: "Write parameters of increments are refused unless track mode is 5 and packets have 16 blocks.",
    recorder: "Sets what READ TRACK INFORMATION reports.",
    behave: () =>
      refuse(modeSelect10, { key: 5, asc: 0x26, ascq: 0x02 }, (_fields, call) => {
        const page = selectedPage(call);
        const isIncremental = page?.writeType === writeTypes.incremental;
        return isIncremental && (page?.trackMode !== 5 || page.packetSize !== dvdUnitBlocks);
      }),
  },
  {
    name: "calibrationAreaAlmostFull",
    group: "writing",
    media: sequentialMedia,
    drive: "The first WRITE of a session succeeds with the warning 1/73/01.",
    recorder: "Goes on.",
    behave: () =>
      onNthWrite(1, async (call, pass) => {
        const result = await pass(call);
        return result.status === "ok" ? check(1, 0x73, 0x01) : result;
      }),
  },
  {
    name: "calibrationFails",
    group: "writing",
    media: allMedia,
    drive: "The laser can't be calibrated: SEND OPC INFORMATION and the first WRITE fail with 3/73/03.",
    recorder: "Fails; nothing was written.",
    endsWith: "E_COMMAND_FAILED",
    behave: () =>
      chain(
        refuse(sendOpcInformation, { key: 3, asc: 0x73, ascq: 0x03 }),
        onNthWrite(1, async () => check(3, 0x73, 0x03)),
      ),
  },
  {
    name: "opcUnknown",
    group: "writing",
    media: allMedia,
    drive: "SEND OPC INFORMATION is unknown: the drive calibrates by itself.",
    recorder: "Goes on.",
    behave: () => refuse(sendOpcInformation, { key: 5, asc: 0x20, ascq: 0 }),
  },
  {
    name: "lossOfStreaming",
    group: "writing",
    media: allMedia,
    drive: "The fourth WRITE of a session fails with 3/0C/09, unless a lower speed was set.",
    recorder: "Fails, and names the lower speed as the remedy; the session can be closed.",
    endsWith: "E_COMMAND_FAILED",
    behave: lossOfStreaming,
  },
  {
    name: "spareExhausted",
    group: "writing",
    media: ["dvd-ram", ...bdRMedia, ...bdReMedia],
    drive: "The third WRITE of a session meets a bad block, and no spare is left (3/0C/02).",
    recorder: "Fails; what was there before is untouched.",
    endsWith: "E_COMMAND_FAILED",
    behave: () => onNthWrite(3, async (call, pass) => (isStreaming(call) ? await pass(call) : check(3, 0x0c, 0x02))),
  },
  {
    name: "pseudoOverwriteExhausted",
    group: "writing",
    media: bdRMedia,
    drive:
      "A BD-R with pseudo-overwrite has no room for another one: blocks below the next writable address are refused.",
    recorder: "Writes from the next writable address on only.",
    behave: pseudoOverwriteExhausted,
  },
];

/** A drive that streams neither verifies nor uses spares. */
function isStreaming(call: Call): boolean {
  return isCommand(call, write12) && fieldsOf(write12, call).streaming;
}

function pseudoOverwriteExhausted(): Behaviour {
  let nextWritable = 0;
  const watch = onStructure(readTrackInformation, trackInformation, (track) => {
    if (track.nextWritableAddressValid) nextWritable = track.nextWritableAddress ?? 0;
    return track;
  });
  return async (call, pass) => {
    const write = writeOf(call);
    if (write !== undefined && write.lba < nextWritable) return check(5, 0x21, 0x02);
    return await watch(call, pass);
  };
}
