/** Writes what an image boots from: the boot record, and, for disks, partitions with the tables that lead to them. */
import { DiscError } from "../../errors.js";
import { blockBytes, blocksOf } from "../../units.js";
import { bootRecord } from "../eltorito/boot-record.js";
import { sectorsInBlock } from "../hybrid/image-growth.js";
import type { SystemAreaPlan } from "../hybrid/system-area.js";
import type { PlacedPartition } from "../hybrid/system-area-plan.js";
import { planSystemArea } from "../hybrid/system-area-plan.js";
import { descriptorRegion } from "../iso9660/iso-writer.js";
import { firstVolumeDescriptorBlock } from "../iso9660/volume-descriptors.js";
import type { ContentLayout } from "../layout/contents.js";
import { contentsLba, readContents } from "../layout/contents.js";
import type { Plan } from "../layout/plan.js";
import { appendedKind, lbaOf } from "../layout/plan.js";
import type { Region, RegionWriter, Renderer } from "../layout/region.js";
import { nextPlace } from "../layout/region.js";
import type { Content } from "../tree/content.js";
import { PatchedBootImage } from "./boot-contents.js";
import type { BootPlan, PlannedPartition } from "./boot-plan.js";
import { appendedBlocks, catalogOf } from "./boot-plan.js";

const recordKind = "bootRecord";

/** Writes the boot record, and tells boot images and catalog where things lie. */
export class BootWriter implements RegionWriter {
  readonly regions: readonly Region[];
  /** What lies behind the volume; `undefined` where nothing does. */
  readonly appended: Region | undefined;
  readonly #plan: BootPlan;
  readonly #contents: ContentLayout;
  readonly #sessionStart: number;

  /** @param position Where in the descriptor set the record goes: to block 17, where firmware looks. El Torito 1.0, 2.0. */
  constructor(plan: BootPlan, contents: ContentLayout, position: number, sessionStart: number) {
    this.#plan = plan;
    this.#contents = contents;
    this.#sessionStart = sessionStart;
    this.regions = plan.catalog === undefined ? [] : [descriptorRegion(recordKind, "Boot Record", position)];
    const blocks = appendedBlocks(plan);
    const name = "Partitions behind the volume";
    this.appended = blocks === 0 ? undefined : { kind: appendedKind, name, blocks, place: nextPlace, needs: "plan" };
  }

  bind(plan: Plan): ReadonlyMap<string, Renderer> {
    const { images, catalog } = this.#plan;
    const primaryLba = this.#sessionStart + firstVolumeDescriptorBlock;
    for (const { content } of images) {
      if (content instanceof PatchedBootImage) content.place(this.#lbaOf(content, plan), primaryLba);
    }
    const renderers = new Map<string, Renderer>([[appendedKind, this.#renderAppended]]);
    if (catalog === undefined) return renderers;
    catalog.place(catalogOf(images, ({ content }) => this.#lbaOf(content, plan)));
    const bootCatalogLba = this.#lbaOf(catalog, plan);
    renderers.set(recordKind, async (_first, out) => bootRecord.write({ bootCatalogLba }, out, 0));
    return renderers;
  }

  /**
   * What goes into the system area; `undefined` where the image is none for disks.
   *
   * @param plan That of the session with what lies behind its volume.
   * @throws {@link DiscError} E_OPTION_INVALID.
   */
  systemArea(plan: Plan, seed: string): SystemAreaPlan | undefined {
    const { options, images, partitions, appended } = this.#plan;
    const { hybrid } = options;
    if (hybrid === undefined) return undefined;
    const { systemArea: base = new Uint8Array(0), loader = "none", loaderImage = 0 } = hybrid;
    const { diskSignature, diskGuid, geometry, cylinderAlign } = hybrid;
    const contentEnd = plan.firstBlock + plan.blocks;
    return planSystemArea({
      base,
      loader,
      loaderLba: loader === "none" ? undefined : this.#lbaOf(images[loaderImage]!.content, plan),
      diskSignature,
      diskGuid,
      geometry,
      cylinderAlign,
      partitions: partitions.map((partition) => this.#placed(partition, plan)),
      volumeEnd: appended.length === 0 ? contentEnd : lbaOf(plan, appendedKind),
      contentEnd,
      seed,
    });
  }

  #placed({ options, content }: PlannedPartition, plan: Plan): PlacedPartition {
    const { covers, mbr, gpt, apm } = options;
    const tables = { mbr, gpt, apm };
    if (content === undefined) {
      const firstSector = "volumeFromSector" in covers ? covers.volumeFromSector : 0;
      const endSector = "volumeFromSector" in covers ? covers.endSector : undefined;
      return { firstSector, endSector, isAppended: false, ...tables };
    }
    const firstSector = this.#lbaOf(content, plan) * sectorsInBlock;
    const endSector = firstSector + blocksOf(content.bytes) * sectorsInBlock;
    return { firstSector, endSector, isAppended: this.#plan.appended.includes(content), ...tables };
  }

  /** @throws {@link DiscError} E_BOOT_IMAGE_INVALID for one in several pieces. */
  #lbaOf(content: Content, plan: Plan): number {
    const { appended } = this.#plan;
    if (appended.includes(content)) {
      const before = appended.slice(0, appended.indexOf(content));
      return lbaOf(plan, appendedKind) + before.reduce((sum, { bytes }) => sum + blocksOf(bytes), 0);
    }
    const index = this.#contents.contents.indexOf(content);
    const extents = this.#contents.extents(index, Number.POSITIVE_INFINITY, contentsLba(plan));
    const [first] = extents;
    let end = first?.lba ?? null;
    for (const { lba, bytes } of extents) {
      if (lba === null || lba !== end) {
        const rule = "it lies in several pieces";
        const { label: path } = content;
        throw new DiscError("E_BOOT_IMAGE_INVALID", `boot image "${path}": ${rule}`, { path, rule });
      }
      end = lba + blocksOf(bytes);
    }
    return first?.lba ?? 0;
  }

  readonly #renderAppended: Renderer = async (first, out, _plan, signal) => {
    const start = first * blockBytes;
    const end = start + out.length;
    let contentStart = 0;
    const requests = [];
    for (const content of this.#plan.appended) {
      const from = Math.max(start, contentStart);
      const to = Math.min(end, contentStart + content.bytes);
      const into = out.subarray(from - start, Math.max(from, to) - start);
      if (into.length > 0) requests.push({ content, offset: from - contentStart, into });
      contentStart += blocksOf(content.bytes) * blockBytes;
    }
    await readContents(requests, signal);
  };
}
