/** A small film on DVD, made by dvdauthor of program streams that hold the headers of pictures, and no pictures. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { execute } from "./judges.js";
import { temporaryFolder } from "./tools.js";

const packBytes = 2048;

/** Pack header of MPEG-2, ISO/IEC 13818-1 2.5.3.3: the clock in units of 1/90000 s. */
function packHeader(clock: number): Buffer {
  const bits = (0b01n << 46n) | (1n << 42n) | (1n << 26n) | 1n;
  const [middle, low] = [BigInt(Math.floor(clock / 0x8000)), BigInt(clock % 0x8000)];
  const reference = Buffer.alloc(8);
  reference.writeBigUInt64BE(bits | (middle << 27n) | (low << 11n));
  const rate = Buffer.from("01899bf8", "hex");
  return Buffer.concat([Buffer.from("000001ba", "hex"), reference.subarray(2), rate]);
}

function packet(id: number, body: Buffer): Buffer {
  const head = Buffer.alloc(6);
  head.writeUInt32BE(0x100 + id);
  head.writeUInt16BE(body.length, 4);
  return Buffer.concat([head, body]);
}

/** What multiplexers leave for navigation data, which dvdauthor fills in. */
function navigationPack(clock: number): Buffer {
  const system = Buffer.from("80c4e104e17fb9e0e8b8c020bde03abfe002", "hex");
  const [control, search] = [Buffer.alloc(0x3d4), Buffer.alloc(0x3fa)];
  search[0] = 1;
  return Buffer.concat([packHeader(clock), packet(0xbb, system), packet(0xbf, control), packet(0xbf, search)]);
}

/** A time stamp of a packet, in five bytes that begin with these bits. */
function timeStamp(prefix: number, time: number): Buffer {
  const high = Math.floor(time / 0x4000_0000);
  return Buffer.from([
    (prefix << 4) | (high << 1) | 1,
    (time >>> 22) & 0xff,
    ((time >>> 14) & 0xfe) | 1,
    (time >>> 7) & 0xff,
    ((time << 1) & 0xfe) | 1,
  ]);
}

function videoPack(clock: number, time: number, pictures: Buffer): Buffer {
  const head = Buffer.concat([Buffer.from("81c10d", "hex"), timeStamp(3, time), timeStamp(1, time)]);
  const body = Buffer.alloc(packBytes - 14 - 6);
  head.copy(body);
  Buffer.from("1e60e8", "hex").copy(body, head.length);
  pictures.copy(body, head.length + 3);
  return Buffer.concat([packHeader(clock), packet(0xe0, body)]);
}

/** Sequence and group headers of 720 × 480 points, and three pictures. ISO/IEC 13818-2 6.2. */
function groupOfPictures(second: number): Buffer {
  const group = Buffer.alloc(4);
  group.writeUInt32BE(0x0008_0040 | (second << 13));
  const picture = (reference: number): Buffer => {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(((reference << 22) | (1 << 19) | (0xffff << 3)) >>> 0);
    const rest = Buffer.from("000001b58ffff3c18000000101", "hex");
    return Buffer.concat([Buffer.from("00000100", "hex"), head, rest, Buffer.alloc(200, 0x55)]);
  };
  const sequence = Buffer.from("000001b32d01e02409c42380000001b5148200010000", "hex");
  const start = Buffer.from("000001b8", "hex");
  return Buffer.concat([sequence, start, group, picture(0), picture(1), picture(2)]);
}

/** A program stream of so many groups of pictures, each half a second and of so many packs. */
function programStream(groups: number, packs: number): Buffer {
  const made: Buffer[] = [];
  for (let group = 0; group < groups; group++) {
    const start = group * 45_000;
    made.push(navigationPack(start), videoPack(start + 300, start + 9000, groupOfPictures(group)));
    for (let pack = 2; pack < packs; pack++) {
      const filler = Buffer.alloc(packBytes - 14 - 6, 0xff);
      made.push(Buffer.concat([packHeader(start + pack * 300), packet(0xbe, filler)]));
    }
  }
  return Buffer.concat(made);
}

/** A film of two title sets, the first with a menu of its own, and a menu of the disc: AUDIO_TS and VIDEO_TS in a folder. */
export function authoredFilm(t: ExecutionContext): string {
  const folder = temporaryFolder(t);
  const stream = (name: string, groups: number, packs: number): string => {
    writeFileSync(join(folder, name), programStream(groups, packs));
    return `<vob file="${join(folder, name)}"/>`;
  };
  const video = '<video format="ntsc" aspect="4:3"/>';
  const [menu, long, short] = [stream("menu", 2, 5), stream("long", 10, 10), stream("short", 3, 4)];
  const menus = `<menus>${video}<pgc>${menu}</pgc></menus>`;
  const project = `<dvdauthor dest="${folder}/film"><vmgm>${menus}</vmgm>
    <titleset>${menus}<titles>${video}<pgc>${long}</pgc></titles></titleset>
    <titleset><titles>${video}<pgc>${short}</pgc></titles></titleset></dvdauthor>`;
  writeFileSync(join(folder, "film.xml"), project);
  mkdirSync(join(folder, "film"));
  const { status, messages } = execute("dvdauthor", ["-x", join(folder, "film.xml")], {
    env: { VIDEO_FORMAT: "NTSC" },
  });
  t.is(status, 0, messages);
  return join(folder, "film");
}
