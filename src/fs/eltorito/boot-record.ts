/** The boot record that leads to a boot catalog. "El Torito" Bootable CD-ROM Format Specification 1.0 (January 1995). */
import { fixedU8, u32le } from "../../codec/integers.js";
import { byte } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { fixedText, reserved, textFromBytes } from "../../codec/text.js";

const systemIdentifier = "EL TORITO SPECIFICATION";

/** The boot record of El Torito. */
export interface BootRecord {
  /** Block of the boot catalog, on the whole disc. */
  readonly bootCatalogLba: number;
}

/** Boot Record Volume Descriptor: one logical sector. El Torito 1.0, figure 7. */
export const bootRecord: StructCodec<BootRecord> = struct<BootRecord>("BootRecordVolumeDescriptor", 2048, {
  _bootRecordIndicator: byte(0, 1, fixedU8(0), "figure 7"),
  _identifier: byte(1, 5, fixedText("CD001"), "figure 7"),
  _version: byte(6, 1, fixedU8(1), "figure 7"),
  _bootSystemIdentifier: byte(7, 32, fixedText(systemIdentifier.padEnd(32, "\0")), "figure 7"),
  _unused1: byte(39, 32, reserved(32), "figure 7"),
  bootCatalogLba: byte(71, 4, u32le, "figure 7"),
  _unused2: byte(75, 1973, reserved(1973), "figure 7"),
});

/** Whether the volume descriptor at `source[at]` is a boot record of El Torito. */
export function isBootRecord(source: Uint8Array, at: number): boolean {
  const system = textFromBytes(source, at + 7, systemIdentifier.length);
  return source[at] === 0 && textFromBytes(source, at + 1, 5) === "CD001" && system === systemIdentifier;
}
