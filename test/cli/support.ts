import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Readable, Writable } from "node:stream";
import type { ExecutionContext } from "ava";
import { run } from "../../src/cli/run.js";
import { temporaryFolder } from "../support/tools.js";

const command = resolve(import.meta.dirname, "../../../dist/cli/main.js");

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  /** Standard output as text. */
  readonly out: string;
  readonly bytes: Buffer;
  readonly err: string;
}

/** How a command is run. */
export interface RunOptions {
  readonly input?: Uint8Array;
  readonly environment?: NodeJS.ProcessEnv;
  /** Called with the number of the process. */
  readonly onStart?: (pid: number) => void;
}

/** A folder of its own, and the command line in it. */
export class Shell {
  readonly folder: string;
  readonly command: string = command;

  /** @param folder Where commands are run. Default: a new one, which goes with the test. */
  constructor(t: ExecutionContext, folder: string = temporaryFolder(t)) {
    this.folder = folder;
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** Makes a file with its folders. */
  file(name: string, content: string | Uint8Array = `This is ${name}.\n`): string {
    const path = this.path(name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  async run(words: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const environment = { ...process.env, ...options.environment };
    const child = spawn("node", [command, ...words], { cwd: this.folder, env: environment, stdio: "pipe" });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (piece: Buffer) => out.push(piece));
    child.stderr.on("data", (piece: Buffer) => err.push(piece));
    child.stdin.on("error", () => {});
    child.stdin.end(options.input);
    options.onStart?.(child.pid!);
    const code = await new Promise<number | null>((done) => child.on("close", done));
    const bytes = Buffer.concat(out);
    return { code, out: bytes.toString(), bytes, err: Buffer.concat(err).toString() };
  }

  /** Runs a command that has to work. */
  async ok(t: ExecutionContext, ...words: string[]): Promise<string> {
    const { code, out, err } = await this.run(words);
    t.is(code, 0, `${words.join(" ")}: ${err}`);
    return out;
  }

  /** Runs a command that has to fail, and gives the error that it prints as JSON. */
  async fails(
    t: ExecutionContext,
    code: number,
    ...words: string[]
  ): Promise<{ code: string; message: string; detail: object }> {
    const ended = await this.run([...words, "--json"]);
    t.is(ended.code, code, `${words.join(" ")}: ${ended.err}`);
    return (JSON.parse(ended.err) as { error: { code: string; message: string; detail: object } }).error;
  }

  async json<T>(t: ExecutionContext, ...words: string[]): Promise<T> {
    return JSON.parse(await this.ok(t, ...words, "--json")) as T;
  }

  async list(t: ExecutionContext, ...words: string[]): Promise<string[]> {
    return (await this.ok(t, "list", ...words)).split("\n").slice(0, -1);
  }
}

/** A stream that keeps what is written to it. */
function collector(): { readonly stream: Writable; readonly pieces: Buffer[] } {
  const pieces: Buffer[] = [];
  const stream = new Writable({
    write(piece: Buffer, _encoding, done): void {
      pieces.push(piece);
      done();
    },
  });
  return { stream, pieces };
}

/** Runs commands in the process of the test, in the folder, which is much faster: for tests that run one after another. */
export class NearShell extends Shell {
  override async run(words: readonly string[], options: RunOptions = {}): Promise<Ended> {
    // What is to be done to a process needs one.
    if (options.onStart !== undefined) return await super.run(words, options);
    const [output, messages] = [collector(), collector()];
    const before = process.cwd();
    process.chdir(this.folder);
    const code = await run(words, {
      input: Readable.from(options.input === undefined ? [] : [options.input]),
      output: output.stream,
      messages: messages.stream,
      environment: { ...process.env, ...options.environment },
      signal: new AbortController().signal,
    });
    // The folder is gone when a failure is shown.
    process.chdir(before);
    const bytes = Buffer.concat(output.pieces);
    return { code, out: bytes.toString(), bytes, err: Buffer.concat(messages.pieces).toString() };
  }
}
