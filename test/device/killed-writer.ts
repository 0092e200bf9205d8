// Appends a session to the disc named on the command line, saying so after each piece; made to be killed.
import { openRecorder } from "../../src/device.js";
import { sessionOf } from "./support.js";

await using recorder = await openRecorder(process.argv[2]!);
await recorder.write(sessionOf(9, recorder.state.nextWritableAddress!, 20_000, recorder.identity, 16), {
  onProgress: ({ phase, doneBlocks }) => phase === "writing" && process.stdout.write(`${phase} ${doneBlocks}\n`),
});
