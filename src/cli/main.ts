#!/usr/bin/env node
import { programName, readArguments } from "../host/command-arguments.js";
import { mkisofsPrograms } from "./mkisofs/command.js";
import { run } from "./run.js";

const controller = new AbortController();
let interruptions = 0;

/** The first interruption ends what is under way in good order, the second one at once. */
function interrupt(name: NodeJS.Signals): void {
  if (++interruptions > 1) process.exit(130);
  controller.abort(new Error(`received ${name}`));
}

process.on("SIGINT", interrupt);
process.on("SIGTERM", interrupt);

const name = programName();
// Called by the name of another program, it is that one.
const words = mkisofsPrograms.has(name) ? [name, ...readArguments()] : readArguments();

process.exitCode = await run(words, {
  input: process.stdin,
  output: process.stdout,
  messages: process.stderr,
  environment: process.env,
  signal: controller.signal,
});
