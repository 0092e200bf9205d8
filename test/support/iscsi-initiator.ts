/**
 * An initiator of iSCSI, written from RFC 7143 by the numbers of its bytes: it shares no code with the target that it
 * judges. It does no more than it is told, so that tests can break every rule.
 */
import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";
import type { ExecutionContext } from "ava";

/** A PDU that came. */
export interface Answer {
  readonly header: Buffer;
  readonly data: Buffer;
  /** Byte 0, without the bits above the operation code. */
  readonly code: number;
  readonly tag: number;
  readonly statSn: number;
  readonly expCmdSn: number;
  readonly maxCmdSn: number;
}

/** How a command ended. */
export interface CommandEnd {
  readonly status: number;
  /** Sense key, additional sense code and qualifier, as "5/24/00"; empty where there is none. */
  readonly sense: string;
  readonly data: Buffer;
  /** Above zero where the command was about more than expected, below where about less. */
  readonly residual: number;
  /** The PDUs in which data came. */
  readonly segments: readonly Answer[];
  /** R2Ts that came. */
  readonly requests: readonly Answer[];
}

/** What a command brings or fetches. */
export interface CommandData {
  /** Bytes to fetch. */
  readonly read?: number;
  readonly write?: Buffer;
  /** How many bytes of what is written go with the command, and how many unasked behind it. */
  readonly immediate?: number;
  readonly unsolicited?: number;
  readonly lun?: number;
  /** Said to be transferred, where that isn't the length of what is written. */
  readonly expected?: number;
  readonly isImmediate?: boolean;
}

/** How to log in. */
export interface LoginOptions {
  readonly target?: string;
  readonly initiator?: string;
  readonly isid?: number;
  readonly discovery?: boolean;
  /** Keys of the operational stage. */
  readonly keys?: Readonly<Record<string, string>>;
}

interface Digests {
  readonly header: boolean;
  readonly data: boolean;
}

interface HeaderOptions {
  readonly tag?: number;
  readonly immediate?: boolean;
  readonly lun?: number;
}

interface ManagementFields {
  /** The tag of the command that is meant. */
  readonly of?: number;
  readonly lun?: number;
}

interface LoginFields {
  readonly isid?: number;
  readonly tsih?: number;
  readonly cid?: number;
  readonly version?: number;
}

const noTag = 0xffff_ffff;

export class Initiator {
  readonly socket: Socket;
  /** What was agreed upon in the login. */
  readonly agreed: Map<string, string> = new Map();
  cmdSn = 1;
  expStatSn = 0;
  /** The longest piece of data that is sent at once. */
  segmentBytes = 8192;
  digests: Digests = { header: false, data: false };
  #nextTag = 1;
  readonly #answers: Answer[] = [];
  #bytes = Buffer.alloc(0);
  #wake: () => void = () => {};
  isClosed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (bytes) => {
      this.#bytes = Buffer.concat([this.#bytes, bytes]);
      this.#cut();
      this.#wake();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      this.isClosed = true;
      this.#wake();
    });
  }

  static async connect(t: ExecutionContext, { host, port }: { host: string; port: number }): Promise<Initiator> {
    const socket = connect(port, host);
    t.teardown(() => socket.destroy());
    await once(socket, "connect");
    return new Initiator(socket);
  }

  /** A header with what nearly all have: code, flags, tag and numbers. */
  header(code: number, flags: number, { tag = this.newTag(), immediate = false, lun = 0 }: HeaderOptions = {}): Buffer {
    const header = Buffer.alloc(48);
    header[0] = code + (immediate ? 0x40 : 0);
    header[1] = flags;
    header[9] = lun;
    header.writeUInt32BE(tag, 16);
    header.writeUInt32BE(this.cmdSn, 24);
    header.writeUInt32BE(this.expStatSn, 28);
    if (!immediate && code !== 0x05) this.cmdSn = (this.cmdSn + 1) % 2 ** 32;
    return header;
  }

  newTag(): number {
    return this.#nextTag++;
  }

  send(header: Buffer, data: Buffer = Buffer.alloc(0)): void {
    header.writeUIntBE(data.length, 5, 3);
    const pieces = [header];
    if (this.digests.header) pieces.push(digest(header));
    if (data.length > 0) {
      const padded = Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
      pieces.push(padded);
      if (this.digests.data) pieces.push(digest(padded));
    }
    this.socket.write(Buffer.concat(pieces));
  }

  /** The next PDU; fails where the target closes the connection instead. */
  async receive(): Promise<Answer> {
    const answer = await this.receiveOrEnd();
    if (answer === undefined) throw new Error("the target closed the connection");
    return answer;
  }

  /** The next PDU; `undefined` where the connection ends. */
  async receiveOrEnd(): Promise<Answer | undefined> {
    while (this.#answers.length === 0 && !this.isClosed) {
      await new Promise<void>((done) => {
        this.#wake = done;
      });
    }
    return this.#answers.shift();
  }

  #cut(): void {
    for (;;) {
      if (this.#bytes.length < 48) return;
      const length = this.#bytes.readUIntBE(5, 3);
      const padded = Math.ceil(length / 4) * 4;
      const headerEnd = 48 + (this.digests.header ? 4 : 0);
      const end = headerEnd + padded + (this.digests.data && length > 0 ? 4 : 0);
      if (this.#bytes.length < end) return;
      const header = Buffer.from(this.#bytes.subarray(0, 48));
      const data = Buffer.from(this.#bytes.subarray(headerEnd, headerEnd + length));
      if (this.digests.header) requireDigest(header, this.#bytes.subarray(48));
      if (this.digests.data && length > 0) {
        requireDigest(this.#bytes.subarray(headerEnd, headerEnd + padded), this.#bytes.subarray(headerEnd + padded));
      }
      this.#bytes = this.#bytes.subarray(end);
      const number = (at: number): number => header.readUInt32BE(at);
      const code = header[0]! % 0x40;
      this.#answers.push({
        header,
        data,
        code,
        tag: number(16),
        statSn: number(24),
        expCmdSn: number(28),
        maxCmdSn: number(32),
      });
      // Data without status and R2T have no number of their own.
      const isNumbered = code !== 0x31 && !(code === 0x25 && header[1]! % 2 === 0);
      if (isNumbered && this.expStatSn !== 0 && number(24) !== this.expStatSn) {
        throw new Error(`answer number ${number(24)}, expected ${this.expStatSn}`);
      }
      if (isNumbered) this.expStatSn = (number(24) + 1) % 2 ** 32;
      if (code === 0x23 && header.readUInt16BE(36) === 0 && header[1]! % 4 === 3 && header[1]! >= 0x80) {
        this.digests = this.#agreedDigests(data);
      }
    }
  }

  #agreedDigests(data: Buffer): Digests {
    for (const [key, value] of keysOf(data)) this.agreed.set(key, value);
    const isOn = (key: string): boolean => this.agreed.get(key) === "CRC32C";
    return { header: isOn("HeaderDigest"), data: isOn("DataDigest") };
  }

  /** One login request; its stage and where it goes from there, text, and what else is to differ. */
  sendLogin(
    stages: { from: number; to?: number; continues?: boolean },
    keys: Readonly<Record<string, string>> | string,
    { isid = 1, tsih = 0, cid = 0, version = 0 }: LoginFields = {},
  ): void {
    const { from, to, continues = false } = stages;
    const flags = from * 4 + (to === undefined ? 0 : 0x80 + to) + (continues ? 0x40 : 0);
    const header = this.header(0x03, flags, { immediate: true, tag: 0 });
    header[3] = version;
    // Of random identifiers, the last two bytes tell sessions apart.
    header[8] = 0x80;
    header.writeUInt16BE(isid, 12);
    header.writeUInt16BE(tsih, 14);
    header.writeUInt16BE(cid, 20);
    const text = Buffer.from(typeof keys === "string" ? keys : textOf(keys), "latin1");
    this.send(header, text);
  }

  /** Logs in, in two stages, and fails where that fails. */
  async login({
    target = "",
    initiator = "iqn.2020-01.test:initiator",
    isid = 1,
    discovery = false,
    keys = {},
  }: LoginOptions): Promise<void> {
    const who = { InitiatorName: initiator, AuthMethod: "CHAP,None", SessionType: discovery ? "Discovery" : "Normal" };
    this.sendLogin({ from: 0, to: 1 }, { ...who, ...(discovery ? {} : { TargetName: target }) }, { isid });
    await this.#loggedOn();
    this.sendLogin({ from: 1, to: 3 }, keys, { isid });
    await this.#loggedOn();
  }

  async #loggedOn(): Promise<void> {
    const { code, header, data } = await this.receive();
    const status = header.readUInt16BE(36);
    if (code !== 0x23 || status !== 0)
      throw new Error(`login: ${code.toString(16)} with status ${status.toString(16)}`);
    for (const [key, value] of keysOf(data)) this.agreed.set(key, value);
  }

  /** Sends a command without waiting for its end; returns its tag. */
  sendCommand(cdb: readonly number[], options: CommandData = {}): number {
    const { read, write, immediate = 0, unsolicited = 0, lun = 0, isImmediate = false } = options;
    const isFinal = unsolicited === 0;
    const flags = (isFinal ? 0x80 : 0) + (read === undefined ? 0 : 0x40) + (write === undefined ? 0 : 0x20) + 1;
    const header = this.header(0x01, flags, { lun, immediate: isImmediate });
    const tag = header.readUInt32BE(16);
    header.writeUInt32BE(options.expected ?? read ?? write?.length ?? 0, 20);
    Buffer.from(cdb).copy(header, 32);
    this.send(header, write?.subarray(0, immediate));
    if (!isFinal) this.sendData(tag, noTag, write!, immediate, immediate + unsolicited);
    return tag;
  }

  /** Sends a sequence of data. */
  sendData(tag: number, transferTag: number, data: Buffer, from: number, to: number): void {
    let dataSn = 0;
    for (let at = from; at < to; at += this.segmentBytes) {
      const end = Math.min(to, at + this.segmentBytes);
      const header = this.header(0x05, end === to ? 0x80 : 0, { tag });
      header.writeUInt32BE(0, 24);
      header.writeUInt32BE(transferTag, 20);
      header.writeUInt32BE(dataSn++, 36);
      header.writeUInt32BE(at, 40);
      this.send(header, data.subarray(at, end));
    }
  }

  /** Takes what comes for a command until it ends; answers what it asks for. */
  async ended(tag: number, write: Buffer = Buffer.alloc(0)): Promise<CommandEnd> {
    const segments: Answer[] = [];
    const requests: Answer[] = [];
    for (;;) {
      const answer = await this.receive();
      const { code, header, data } = answer;
      if (answer.tag !== tag) throw new Error(`an answer for ${answer.tag}, expected one for ${tag}: ${code}`);
      if (code === 0x31) {
        requests.push(answer);
        const from = header.readUInt32BE(40);
        this.sendData(tag, header.readUInt32BE(20), write, from, from + header.readUInt32BE(44));
      } else if (code === 0x25) {
        segments.push(answer);
        if (header[1]! % 2 === 1) return endOf(header, Buffer.alloc(0), segments, requests);
      } else if (code === 0x21) {
        return endOf(header, data, segments, requests);
      } else {
        throw new Error(`an answer of code ${code.toString(16)}`);
      }
    }
  }

  /** Does a command. */
  async command(cdb: readonly number[], options: CommandData = {}): Promise<CommandEnd> {
    return await this.ended(this.sendCommand(cdb, options), options.write);
  }

  /** Does a command until there is no unit attention any more. */
  async settle(): Promise<string[]> {
    const told: string[] = [];
    for (;;) {
      const { status, sense } = await this.command([0, 0, 0, 0, 0, 0]);
      if (status === 0) return told;
      told.push(sense);
      if (!sense.startsWith("6/") || told.length > 9) throw new Error(`not ready: ${told.join(", ")}`);
    }
  }

  /** Asks for commands to be given up. */
  sendManagement(what: number, { of = noTag, lun = 0 }: ManagementFields = {}): void {
    const header = this.header(0x02, 0x80 + what, { immediate: true, lun });
    header.writeUInt32BE(of, 20);
    this.send(header);
  }

  /** What the target answers to that. */
  async managed(): Promise<number> {
    const { code, header: answer } = await this.receive();
    if (code !== 0x22) throw new Error(`an answer of code ${code.toString(16)}`);
    return answer[2]!;
  }

  /** Gives commands up; returns what the target answers. */
  async manage(what: number, fields: ManagementFields = {}): Promise<number> {
    this.sendManagement(what, fields);
    return await this.managed();
  }

  /** Waits until the target has seen all that was sent before; nothing else may come meanwhile. */
  async echo(): Promise<void> {
    const tag = this.newTag();
    this.send(this.header(0x00, 0x80, { immediate: true, tag }));
    const answer = await this.receive();
    if (answer.code !== 0x20 || answer.tag !== tag) throw new Error(`an answer of code ${answer.code.toString(16)}`);
  }

  async text(keys: Readonly<Record<string, string>>): Promise<[string, string][]> {
    const header = this.header(0x04, 0x80);
    header.writeUInt32BE(noTag, 20);
    this.send(header, Buffer.from(textOf(keys), "latin1"));
    const { code, data } = await this.receive();
    if (code !== 0x24) throw new Error(`an answer of code ${code.toString(16)}`);
    return keysOf(data);
  }

  async logout(reason = 0, cid = 0): Promise<number> {
    const header = this.header(0x06, 0x80 + reason, { immediate: true });
    header.writeUInt16BE(cid, 20);
    this.send(header);
    const { code, header: answer } = await this.receive();
    if (code !== 0x26) throw new Error(`an answer of code ${code.toString(16)}`);
    return answer[2]!;
  }
}

function endOf(header: Buffer, data: Buffer, segments: readonly Answer[], requests: readonly Answer[]): CommandEnd {
  const flags = header[1]!;
  const residual = header.readUInt32BE(44);
  const sense = data.length < 2 ? Buffer.alloc(0) : data.subarray(2, 2 + data.readUInt16BE(0));
  const octet = (at: number): string => sense[at]!.toString(16).padStart(2, "0");
  return {
    status: header[3]!,
    sense: sense.length === 0 ? "" : `${(sense[2]! % 16).toString(16)}/${octet(12)}/${octet(13)}`,
    data: Buffer.concat(segments.map((segment) => segment.data)),
    residual: Math.floor(flags / 4) % 2 === 1 ? residual : Math.floor(flags / 2) % 2 === 1 ? -residual : 0,
    segments,
    requests,
  };
}

function textOf(keys: Readonly<Record<string, string>>): string {
  return Object.entries(keys)
    .map(([key, value]) => `${key}=${value}\0`)
    .join("");
}

export function keysOf(data: Buffer): [string, string][] {
  return data
    .toString("latin1")
    .split("\0")
    .filter((text) => text !== "")
    .map((text) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)]);
}

/** CRC-32C, one bit after the other, as bytes on the wire. */
function digest(bytes: Buffer): Buffer {
  let register = 0xffff_ffffn;
  for (const octet of bytes) {
    register ^= BigInt(octet);
    for (let bit = 0; bit < 8; bit++) register = register % 2n === 1n ? (register / 2n) ^ 0x82f6_3b78n : register / 2n;
  }
  const result = Buffer.alloc(4);
  result.writeUInt32LE(Number(register ^ 0xffff_ffffn));
  return result;
}

function requireDigest(bytes: Buffer, found: Buffer): void {
  if (!digest(bytes).equals(found.subarray(0, 4))) throw new Error("a digest that does not match");
}
