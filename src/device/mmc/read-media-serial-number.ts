import { strictContext } from "../../codec/codec.js";
import { u32be } from "../../codec/integers.js";
import { bits, byte, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";

interface ReadMediaSerialNumber {
  /** 1: this command shares its operation code with others. */
  serviceAction: number;
  allocationLength: number;
}

const clause = "MMC-6 READ MEDIA SERIAL NUMBER command";

/** Asks for the number that a medium got from its maker. MMC-6 "READ MEDIA SERIAL NUMBER command". */
export const readMediaSerialNumber: Command<ReadMediaSerialNumber> = command<ReadMediaSerialNumber>(
  "READ MEDIA SERIAL NUMBER",
  0xab,
  12,
  30_000,
  {
    _reserved1: reservedBits(1, 7, 5, clause),
    serviceAction: bits(1, 4, 0, clause),
    _reserved2: byte(2, 4, reserved(4), clause),
    allocationLength: byte(6, 4, u32be, clause),
    _reserved10: byte(10, 1, reserved(1), clause),
    _control: byte(11, 1, reserved(1), clause),
  },
);

/** The service action that makes the command this one. */
export const mediaSerialNumberAction = 1;

const reply = "MMC-6 READ MEDIA SERIAL NUMBER response data";

/** The head of the reply. MMC-6 "READ MEDIA SERIAL NUMBER response data". */
export const mediaSerialNumberHeader: StructCodec<{ serialNumberLength: number }> = struct<{
  serialNumberLength: number;
}>("MediaSerialNumberHeader", 4, {
  serialNumberLength: byte(0, 4, u32be, reply),
});

/** Writes a whole reply. */
export function encodeMediaSerialNumber(serialNumber: Uint8Array): Uint8Array {
  const target = new Uint8Array(mediaSerialNumberHeader.size + serialNumber.length);
  mediaSerialNumberHeader.write({ serialNumberLength: serialNumber.length }, target, 0);
  target.set(serialNumber, mediaSerialNumberHeader.size);
  return target;
}

/** Reads the number out of a reply, as far as it is there. */
export function decodeMediaSerialNumber(bytes: Uint8Array): Uint8Array {
  const { serialNumberLength } = mediaSerialNumberHeader.read(bytes, 0, strictContext);
  return bytes.slice(mediaSerialNumberHeader.size, mediaSerialNumberHeader.size + serialNumberLength);
}
