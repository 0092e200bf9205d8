/** A small film as authoring programs for Blu-ray disc make it: the fewest fields with which players' libraries play it. */
import type { DirectoryNode } from "../../src/fs/tree/directory.js";

const u8 = (value: number): Buffer => Buffer.from([value]);
const zeros = (length: number): Buffer => Buffer.alloc(length);

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function joined(...pieces: readonly (Buffer | string)[]): Buffer {
  return Buffer.concat(pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece, "latin1") : piece)));
}

/** A block that begins with its length, in as many bytes as `length` writes. */
function sized(length: (value: number) => Buffer, ...pieces: readonly (Buffer | string)[]): Buffer {
  const body = joined(...pieces);
  return joined(length(body.length), body);
}

const videoPid = 0x1011;
/** H.264; 1080p at 24000/1001 frames a second. */
const videoFormat = joined(u8(0x1b), u8(0x61));
/** In units of 1/45000 s: ten seconds from the time at which such films begin. */
const [startTime, endTime] = [0x0019_bfcc, 0x0019_bfcc + 450_000] as const;
const headBytes = 40;

/** A file of the kind that begins with its identifier and the places of its parts; the first part is behind the head. */
function withParts(identifier: string, parts: readonly Buffer[]): Buffer {
  let place = headBytes + parts[0]!.length;
  const places = parts.slice(1).map((part) => {
    const here = place;
    place += part.length;
    return u32(here);
  });
  const head = joined(identifier, ...places);
  return joined(head, zeros(headBytes - head.length), ...parts);
}

/** index.bdmv: what is played first, the menu, and one title, all by movie object 0. */
function index(): Buffer {
  const application = sized(u32, u8(0), u8(0x61), zeros(32));
  const object = joined(zeros(8));
  const entry = (type: number): Buffer => joined(u32(type << 24), object);
  return withParts("INDX0200", [application, sized(u32, entry(0x40), entry(0x40), u16(1), entry(0x40))]);
}

/** MovieObject.bdmv: one object, whose one command plays the playlist 0. */
function movieObjects(): Buffer {
  const command = joined(u32(0x2280_0000), u32(0), u32(0));
  return withParts("MOBJ0200", [sized(u32, u32(0), u16(1), u16(0x8000), u16(1), command)]);
}

/** A playlist of one clip, with a mark at its start. */
function playList(clip: string): Buffer {
  const application = sized(u32, u8(0), u8(1), u16(0), zeros(8), u16(0));
  const stream = joined(sized(u8, u8(1), u16(videoPid), zeros(6)), sized(u8, videoFormat, zeros(3)));
  const streams = sized(u16, u16(0), u8(1), zeros(6), zeros(5), stream);
  const item = sized(
    u16,
    clip,
    "M2TS",
    u16(1),
    u8(0),
    u32(startTime),
    u32(endTime),
    zeros(8),
    u8(0),
    u8(0),
    u16(0),
    streams,
  );
  const mark = joined(u8(0), u8(1), u16(0), u32(startTime), u16(0xffff), u32(0));
  return withParts("MPLS0200", [application, sized(u32, u16(0), u16(1), u16(0), item), sized(u32, u16(1), mark)]);
}

/** The clip information of a stream of so many packets. */
function clipInformation(packets: number): Buffer {
  const type = sized(u16, u8(0x80), "HDMV", zeros(25));
  const clip = sized(u32, u16(0), u8(1), u8(1), u32(0), u32(6_000_000), u32(packets), zeros(128), type);
  const times = joined(u16(0x1001), u32(0), u32(startTime), u32(endTime));
  const sequence = sized(u32, u8(0), u8(1), u32(0), u8(1), u8(0), times);
  const stream = joined(u16(videoPid), sized(u8, videoFormat, u8(0x30), zeros(18)));
  const programs = sized(u32, u8(0), u8(1), u32(0), u16(0x100), u8(1), u8(0), stream);
  // One entry point: coarse and fine, at the first packet.
  const coarse = joined(u32((startTime >>> 19) & 0x3fff), u32(0));
  const fine = u32(0x1000_0000 | (((startTime >>> 9) & 0x7ff) << 17));
  const points = joined(u16(videoPid), zeros(1), Buffer.from([0x04, 0x00, 0x04, 0x00, 0x01]), u32(14));
  const map = joined(u8(0), u8(1), points, u32(12), coarse, fine);
  return withParts("HDMV0200", [clip, sequence, programs, sized(u32, u16(1), map), sized(u32)]);
}

/** A transport stream of so many units of 6144 bytes: packets of one program that hold nothing but their numbers. */
function stream(units: number, seed: number): Buffer {
  const bytes = Buffer.alloc(units * 6144, seed);
  for (let packet = 0; packet < bytes.length / 192; packet++) {
    const at = packet * 192;
    bytes.writeUInt32BE(packet * 1000, at);
    bytes.writeUInt32BE(0x4700_0010 + (videoPid << 8) + (packet % 16), at + 4);
    bytes.writeUInt32BE(packet, at + 8);
  }
  return bytes;
}

/**
 * The files of a film of some clips, by their paths.
 *
 * @param units Of each clip, how many units of 6144 bytes its stream has.
 */
export function bluRayFilm(units: readonly number[] = [40, 7]): ReadonlyMap<string, Buffer> {
  const files = new Map([
    ["/BDMV/index.bdmv", index()],
    ["/BDMV/MovieObject.bdmv", movieObjects()],
  ]);
  for (const [number, length] of units.entries()) {
    const clip = String(number).padStart(5, "0");
    files.set(`/BDMV/PLAYLIST/${clip}.mpls`, playList(clip));
    files.set(`/BDMV/CLIPINF/${clip}.clpi`, clipInformation(length * 32));
    files.set(`/BDMV/STREAM/${clip}.m2ts`, stream(length, number + 1));
  }
  for (const [path, bytes] of [...files]) {
    if (!path.endsWith(".m2ts")) files.set(path.replace("/BDMV/", "/BDMV/BACKUP/"), bytes);
  }
  return files;
}

/** Adds the files of a film to a tree. */
export function addFilm(root: DirectoryNode, files: ReadonlyMap<string, Uint8Array>): void {
  for (const [path, bytes] of files) root.addFile(path, bytes, { parents: true });
}
