/** What the kernel's answer to a command means: SAM-5 status, and what Linux adds to it. */
import type { CommandReply } from "../native-binding.js";
import { errnoName } from "../native-binding.js";
import { decodeSense } from "./mmc/sense.js";
import type { CommandResult, Transfer } from "./transport.js";

/** A command's result, and whether the same command is worth sending again at once. */
export interface JudgedReply {
  readonly result: CommandResult;
  readonly mayRetry: boolean;
}

/** SAM-5 "Status codes". */
const statuses = { checkCondition: 0x02, conditionMet: 0x04, busy: 0x08, taskSetFull: 0x28 } as const;

/** Bits of the driver's status: a code below 8, and whether there is sense data. */
const driverCodes = 8;
const driverTimeout = 6;
const softError = 0x0b;

interface Fault {
  readonly errno: string;
  readonly meaning: string;
}

/** What the adapter may say; all else is EIO. */
const hostFaults: Readonly<Record<number, Fault>> = {
  1: { errno: "ENODEV", meaning: "the drive is not connected any more" },
  2: { errno: "EBUSY", meaning: "the bus stayed busy" },
  3: { errno: "ETIMEDOUT", meaning: "there was no answer within the time limit" },
  4: { errno: "ENXIO", meaning: "the adapter knows no such drive" },
  5: { errno: "ECANCELED", meaning: "the command was aborted" },
  8: { errno: "ECONNRESET", meaning: "the drive or its bus was reset" },
  [softError]: { errno: "EAGAIN", meaning: "the adapter asked again and again for another try" },
};

/** What the kernel may say instead of sending a command; what is not here speaks for itself. */
const systemFaults: Readonly<Record<string, string>> = {
  EPERM: "the kernel lets only an administrator send this command, or only who may write to the device",
  EIO: "the adapter failed, or takes no transfer of that length",
  EMSGSIZE: "the kernel takes no command of that length",
  ENOMEM: "there is no memory for the transfer",
  ENODEV: "the drive is gone",
  ENXIO: "the drive is gone",
  EBADF: "the drive was closed",
};

function failed(errno: string, meaning: string | undefined): CommandResult {
  return { status: "failed", errno, cause: meaning === undefined ? undefined : new Error(meaning) };
}

function hex(value: number): string {
  return `${value.toString(16).toUpperCase().padStart(2, "0")}h`;
}

function failedOnTheWay({ hostStatus, driverStatus }: CommandReply): CommandResult | undefined {
  if (hostStatus !== 0) {
    const { errno = "EIO", meaning = "the adapter failed" } = hostFaults[hostStatus] ?? {};
    return failed(errno, `${meaning} (host status ${hex(hostStatus)})`);
  }
  const code = driverStatus % driverCodes;
  if (code === 0) return undefined;
  const errno = code === driverTimeout ? "ETIMEDOUT" : "EIO";
  return failed(errno, `the driver failed (driver status ${hex(driverStatus)})`);
}

/** What came of a transfer from the drive; bridges announce more missing bytes than there were, or fewer than none. */
function receivedBytes(reply: CommandReply, transfer: Transfer): Uint8Array {
  if (transfer.direction !== "in") return new Uint8Array(0);
  const { residualBytes, data } = reply;
  return data.subarray(0, Math.min(data.length, Math.max(0, data.length - residualBytes)));
}

/** Judges the kernel's answer to a command. */
export function commandResultOf(reply: CommandReply, transfer: Transfer): JudgedReply {
  if (reply.error !== 0) {
    const errno = errnoName(reply.error);
    return { result: failed(errno, systemFaults[errno]), mayRetry: false };
  }
  const onTheWay = failedOnTheWay(reply);
  if (onTheWay !== undefined) return { result: onTheWay, mayRetry: reply.hostStatus === softError };
  const { status, driverStatus } = reply;
  const data = receivedBytes(reply, transfer);
  if (status === statuses.checkCondition || driverStatus >= driverCodes) {
    const { sense: rawSense } = reply;
    return { result: { status: "check", sense: decodeSense(rawSense), rawSense, data }, mayRetry: false };
  }
  if (status === 0 || status === statuses.conditionMet) return { result: { status: "ok", data }, mayRetry: false };
  const mayRetry = status === statuses.busy || status === statuses.taskSetFull;
  const meaning = `the drive ended it with status ${hex(status)}`;
  return { result: failed(mayRetry ? "EBUSY" : "EIO", meaning), mayRetry };
}
