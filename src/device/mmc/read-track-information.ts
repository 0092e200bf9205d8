import { u16be, u32be } from "../../codec/integers.js";
import { bit, bits, byte, highByteOf, reservedBits, split16 } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";

interface ReadTrackInformation {
  /** What the address is: 0 a block, 1 a track number, 2 a session number. */
  addressType: number;
  address: number;
  allocationLength: number;
}

const clause = "MMC-6 READ TRACK INFORMATION command";

/** Asks about one track. MMC-6 "READ TRACK INFORMATION command". */
export const readTrackInformation: Command<ReadTrackInformation> = command<ReadTrackInformation>(
  "READ TRACK INFORMATION",
  0x52,
  10,
  30_000,
  {
    _reserved1: reservedBits(1, 7, 2, clause),
    addressType: bits(1, 1, 0, clause),
    address: byte(2, 4, u32be, clause),
    _reserved6: byte(6, 1, reserved(1), clause),
    allocationLength: byte(7, 2, u16be, clause),
    _control: byte(9, 1, reserved(1), clause),
  },
);

/** The number that names the track which is written next, on media that have one. */
export const invisibleTrackNumber = 0xff;

/** One track as a drive tells it. Members behind byte 7 may be missing: replies may end early. */
export interface TrackInformation {
  /** Bytes that follow this field. */
  dataLength: number;
  trackNumber: number;
  sessionNumber: number;
  layerJumpRecordingStatus: number;
  damage: boolean;
  copy: boolean;
  /** 4 data written without interruption, 5 data written in increments, 0 to 3 audio. */
  trackMode: number;
  reservedTrack: boolean;
  blank: boolean;
  packet: boolean;
  fixedPacket: boolean;
  dataMode: number;
  lastRecordedAddressValid: boolean;
  nextWritableAddressValid: boolean;
  trackStartAddress?: number;
  nextWritableAddress?: number;
  freeBlocks?: number;
  blockingFactor?: number;
  trackSize?: number;
  lastRecordedAddress?: number;
  readCompatibilityLba?: number;
  nextLayerJumpAddress?: number;
  lastLayerJumpAddress?: number;
}

const reply = "MMC-6 Track information block";

/** MMC-6 "Track information block". */
export const trackInformation: StructCodec<TrackInformation> = struct<TrackInformation>(
  "TrackInformation",
  48,
  {
    dataLength: byte(0, 2, u16be, reply),
    trackNumber: split16(2, 32, reply),
    sessionNumber: split16(3, 33, reply),
    _reserved4: byte(4, 1, reserved(1), reply),
    layerJumpRecordingStatus: bits(5, 7, 6, reply),
    damage: bit(5, 5, reply),
    copy: bit(5, 4, reply),
    trackMode: bits(5, 3, 0, reply),
    reservedTrack: bit(6, 7, reply),
    blank: bit(6, 6, reply),
    packet: bit(6, 5, reply),
    fixedPacket: bit(6, 4, reply),
    dataMode: bits(6, 3, 0, reply),
    _reserved7: reservedBits(7, 7, 2, reply),
    lastRecordedAddressValid: bit(7, 1, reply),
    nextWritableAddressValid: bit(7, 0, reply),
    trackStartAddress: byte(8, 4, u32be, reply),
    nextWritableAddress: byte(12, 4, u32be, reply),
    freeBlocks: byte(16, 4, u32be, reply),
    blockingFactor: byte(20, 4, u32be, reply),
    trackSize: byte(24, 4, u32be, reply),
    lastRecordedAddress: byte(28, 4, u32be, reply),
    _trackNumberHigh: highByteOf(2, 32, reply),
    _sessionNumberHigh: highByteOf(3, 33, reply),
    _reserved34: byte(34, 2, reserved(2), reply),
    readCompatibilityLba: byte(36, 4, u32be, reply),
    nextLayerJumpAddress: byte(40, 4, u32be, reply),
    lastLayerJumpAddress: byte(44, 4, u32be, reply),
  },
  { mayEndEarly: true },
);
