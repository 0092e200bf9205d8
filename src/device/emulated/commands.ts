import type { Handler } from "./command-handler.js";
import { informationCommands } from "./information-commands.js";
import { mechanismCommands } from "./mechanism-commands.js";
import { recordingCommands } from "./recording-commands.js";

/** What the emulated drive knows to do, by operation code. */
export const handlers: ReadonlyMap<number, Handler> = new Map([
  ...informationCommands,
  ...mechanismCommands,
  ...recordingCommands,
]);
