import { strictContext } from "../../codec/codec.js";
import { u8, u16be } from "../../codec/integers.js";
import { bit, bits, byte, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { reserved } from "../../codec/text.js";
import { decodeItems, encodeItems } from "./items.js";
import { modePageCodes } from "./mode-parameters.js";

/** What a drive can do, its part that all drives have. Speeds in 1,000 bytes a second. */
interface CapabilitiesHead {
  parametersSaveable: boolean;
  pageCode: number;
  /** Bytes that follow this field. */
  pageLength: number;
  readsDvdRam: boolean;
  readsDvdR: boolean;
  readsDvdRom: boolean;
  readsByMethod2: boolean;
  readsCdRw: boolean;
  readsCdR: boolean;
  writesDvdRam: boolean;
  writesDvdR: boolean;
  testWrite: boolean;
  writesCdRw: boolean;
  writesCdR: boolean;
  bufferUnderrunProtection: boolean;
  readsMultisession: boolean;
  readsMode2Form2: boolean;
  readsMode2Form1: boolean;
  digitalPort2: boolean;
  digitalPort1: boolean;
  compositeAudio: boolean;
  playsAudio: boolean;
  readsBarCode: boolean;
  readsUpc: boolean;
  readsIsrc: boolean;
  reportsC2: boolean;
  correctsSubchannels: boolean;
  readsSubchannels: boolean;
  readsAudioAccurately: boolean;
  readsAudio: boolean;
  /** 0 caddy, 1 tray, 2 pop-up, 4 changer, 5 changer with magazine. */
  loadingMechanism: number;
  canEject: boolean;
  preventJumper: boolean;
  locked: boolean;
  canLock: boolean;
  /** Lead-in, side changes and volume: of no use here. */
  sideFlags: number;
  maximumReadSpeed: number;
  volumeLevels: number;
  bufferKilobytes: number;
  currentReadSpeed: number;
  digitalOutput: number;
  maximumWriteSpeed: number;
  obsoleteWriteSpeed: number;
  copyManagementRevision?: number;
  /** 0 the medium's own way, 1 pure CAV. */
  rotationControl?: number;
  currentWriteSpeed?: number;
  numberOfSpeedDescriptors?: number;
}

const clause = "MMC-3 MM capabilities and mechanical status page (2Ah)";

/**
 * The page up to its list of speeds. Drives of older revisions end it earlier, and some end it anywhere.
 * MMC-3 "MM capabilities and mechanical status page (2Ah)".
 */
const capabilitiesHead: StructCodec<CapabilitiesHead> = struct<CapabilitiesHead>(
  "CapabilitiesPage",
  32,
  {
    parametersSaveable: bit(0, 7, clause),
    _reserved0: reservedBits(0, 6, 6, clause),
    pageCode: bits(0, 5, 0, clause),
    pageLength: byte(1, 1, u8, clause),
    _reserved2: reservedBits(2, 7, 6, clause),
    readsDvdRam: bit(2, 5, clause),
    readsDvdR: bit(2, 4, clause),
    readsDvdRom: bit(2, 3, clause),
    readsByMethod2: bit(2, 2, clause),
    readsCdRw: bit(2, 1, clause),
    readsCdR: bit(2, 0, clause),
    _reserved3: reservedBits(3, 7, 6, clause),
    writesDvdRam: bit(3, 5, clause),
    writesDvdR: bit(3, 4, clause),
    _reserved3b3: reservedBits(3, 3, 3, clause),
    testWrite: bit(3, 2, clause),
    writesCdRw: bit(3, 1, clause),
    writesCdR: bit(3, 0, clause),
    bufferUnderrunProtection: bit(4, 7, clause),
    readsMultisession: bit(4, 6, clause),
    readsMode2Form2: bit(4, 5, clause),
    readsMode2Form1: bit(4, 4, clause),
    digitalPort2: bit(4, 3, clause),
    digitalPort1: bit(4, 2, clause),
    compositeAudio: bit(4, 1, clause),
    playsAudio: bit(4, 0, clause),
    readsBarCode: bit(5, 7, clause),
    readsUpc: bit(5, 6, clause),
    readsIsrc: bit(5, 5, clause),
    reportsC2: bit(5, 4, clause),
    correctsSubchannels: bit(5, 3, clause),
    readsSubchannels: bit(5, 2, clause),
    readsAudioAccurately: bit(5, 1, clause),
    readsAudio: bit(5, 0, clause),
    loadingMechanism: bits(6, 7, 5, clause),
    _reserved6: reservedBits(6, 4, 4, clause),
    canEject: bit(6, 3, clause),
    preventJumper: bit(6, 2, clause),
    locked: bit(6, 1, clause),
    canLock: bit(6, 0, clause),
    sideFlags: byte(7, 1, u8, clause),
    maximumReadSpeed: byte(8, 2, u16be, clause),
    volumeLevels: byte(10, 2, u16be, clause),
    bufferKilobytes: byte(12, 2, u16be, clause),
    currentReadSpeed: byte(14, 2, u16be, clause),
    _reserved16: byte(16, 1, reserved(1), clause),
    digitalOutput: byte(17, 1, u8, clause),
    maximumWriteSpeed: byte(18, 2, u16be, clause),
    obsoleteWriteSpeed: byte(20, 2, u16be, clause),
    copyManagementRevision: byte(22, 2, u16be, clause),
    _reserved24: byte(24, 3, reserved(3), clause),
    _reserved27: reservedBits(27, 7, 2, clause),
    rotationControl: bits(27, 1, 0, clause),
    currentWriteSpeed: byte(28, 2, u16be, clause),
    numberOfSpeedDescriptors: byte(30, 2, u16be, clause),
  },
  { mayEndEarly: true },
);

/** A speed of the list that ends the page. */
export interface ModePageSpeed {
  rotationControl: number;
  /** In 1,000 bytes a second. */
  writeSpeed: number;
}

const speedClause = "MMC-3 Logical unit write speed performance descriptor";

const modePageSpeed: StructCodec<ModePageSpeed> = struct<ModePageSpeed>("WriteSpeedPerformanceDescriptor", 4, {
  _reserved0: byte(0, 1, reserved(1), speedClause),
  _reserved1: reservedBits(1, 7, 3, speedClause),
  rotationControl: bits(1, 2, 0, speedClause),
  writeSpeed: byte(2, 2, u16be, speedClause),
});

/** The page as a whole: whatever an older drive does not send is absent. */
export interface CapabilitiesPage
  extends Partial<Omit<CapabilitiesHead, "pageCode" | "pageLength" | "numberOfSpeedDescriptors">> {
  /** Empty where the drive lists none. */
  readonly writeSpeeds: readonly ModePageSpeed[];
}

/** Writes the whole page. */
export function encodeCapabilitiesPage(
  page: Required<Omit<CapabilitiesPage, "writeSpeeds">> & Pick<CapabilitiesPage, "writeSpeeds">,
): Uint8Array {
  const { writeSpeeds, ...head } = page;
  const target = new Uint8Array(capabilitiesHead.size + writeSpeeds.length * modePageSpeed.size);
  const ours = {
    pageCode: modePageCodes.capabilities,
    pageLength: target.length - 2,
    numberOfSpeedDescriptors: writeSpeeds.length,
  };
  capabilitiesHead.write({ ...head, ...ours }, target, 0);
  encodeItems(modePageSpeed, writeSpeeds, target, capabilitiesHead.size);
  return target;
}

/**
 * Reads the page, as far as it is there. Speeds that do not fit are left out, whatever their number is said to be.
 *
 * @param bytes From the page's first byte on, cut to the page: see `findModePage`.
 */
export function decodeCapabilitiesPage(bytes: Uint8Array): CapabilitiesPage {
  const {
    pageCode: _code,
    pageLength: _length,
    numberOfSpeedDescriptors,
    ...head
  } = capabilitiesHead.read(bytes, 0, strictContext);
  const speedsAt = capabilitiesHead.size;
  const end = speedsAt + (numberOfSpeedDescriptors ?? 0) * modePageSpeed.size;
  return { ...head, writeSpeeds: decodeItems(modePageSpeed, bytes, speedsAt, end) };
}
