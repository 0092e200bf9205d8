/**
 * Checks the lists of extended attributes and access control lists in records. Arbitrary Attribute Interchange Protocol
 * (AAIP) version 2.0; System Use Sharing Protocol version 1.12, 5.1, 5.5, 5.6.
 */
import type { ReadContext } from "../../codec/codec.js";
import { readU32le } from "../../codec/integers.js";
import type { DirectoryRecord } from "../iso9660/directory-record.js";
import { attributeHeadBytes } from "../rockridge/attribute-entry.js";
import type { RockRidgeUse } from "../rockridge/rock-ridge-reader.js";
import { attributesOfComponents, attributesReference, componentsOf, continueFlag } from "../susp/attribute-list.js";
import { extensionSelector, extensionsReference } from "../susp/entries.js";
import type { ContinuationReader, EntryVisitor } from "../susp/system-use-reader.js";
import { signatureOf, visitEntries } from "../susp/system-use-reader.js";
import { listFault } from "../tree/access-control.js";
import type { FindingReporter } from "./structures.js";

/** Linux gives up a record that has more continuation areas, and with it the item. fs/isofs/rock.c, RR_MAX_CE_ENTRIES. */
const maximumAreas = 31;

const signatures = {
  AL: signatureOf("AL"),
  ER: signatureOf("ER"),
  ES: signatureOf("ES"),
  PX: signatureOf("PX"),
  SP: signatureOf("SP"),
} as const;

/** What the entries of one record are. */
interface FoundEntries {
  readonly references: string[];
  readonly areas: Uint8Array[];
  /** Whether each AL says that another follows. */
  readonly continues: boolean[];
  mode: number | undefined;
  /** The sequences that ES selected for entries of AAIP and for all others; -1 where there was no ES. */
  readonly ofLists: Set<number>;
  readonly ofOthers: Set<number>;
  readonly continuations: Set<number>;
}

/** Checks the records of one tree, the "." record of its root first. */
export class AttributeListCheck {
  readonly #use: RockRidgeUse;
  readonly #reader: ContinuationReader;
  readonly #report: FindingReporter;
  /** The place of AAIP among the extensions that are announced; `undefined` where it is not. */
  #sequence: number | undefined;
  #isFirst = true;

  constructor(use: RockRidgeUse, reader: ContinuationReader, report: FindingReporter) {
    this.#use = use;
    this.#reader = reader;
    this.#report = report;
  }

  /** @throws {@link DiscError} E_READ_FAILED, E_CANCELLED. */
  async record(record: DirectoryRecord, path: string, context: ReadContext, signal?: AbortSignal): Promise<void> {
    const found = await this.#entries(record, context, signal);
    if (this.#isFirst) this.#learn(found);
    const place = { path, ...(context.lba === null ? {} : { lba: context.lba }) };
    const list = (message: string): void => this.#report("error", "ATTRIBUTE_LIST", place, message);
    if (found.continuations.size > maximumAreas) {
      const message = `the record has ${found.continuations.size} continuation areas, and Linux follows ${maximumAreas}`;
      this.#report("warning", "CONTINUATION_CHAIN", place, message);
    }
    this.#checkSelectors(found, place);
    if (found.areas.length === 0) return;
    const last = found.continues.length - 1;
    if (found.continues.some((continues, index) => continues !== index < last)) {
      list(`its ${found.areas.length} AL entries do not say rightly which of them is the last`);
    }
    const fault = (field: string, reason: string): void => list(`${field} ${reason}`);
    const { mode = 0 } = found;
    const { accessControl } = attributesOfComponents(componentsOf(found.areas, fault), mode, fault);
    for (const entries of [accessControl?.access, accessControl?.default]) {
      const wrong = entries == null ? undefined : listFault(entries);
      if (wrong !== undefined) list(`the access control list is none: ${wrong}`);
    }
  }

  #learn({ references }: FoundEntries): void {
    this.#isFirst = false;
    const place = references.indexOf(attributesReference.identifier);
    this.#sequence = place < 0 ? undefined : place;
  }

  /** Once AAIP is announced, ES has to tell its entries from others. AAIP 2.0, "Compatibility Considerations". */
  #checkSelectors({ ofLists, ofOthers }: FoundEntries, place: { readonly path: string; readonly lba?: number }): void {
    const report = (message: string): void => this.#report("warning", "ATTRIBUTE_SELECTION", place, message);
    const sequence = this.#sequence;
    if (sequence === undefined) {
      if ([...ofLists].some((selected) => selected >= 0))
        report("ES tells AL entries apart, and AAIP is not announced");
      return;
    }
    if ([...ofLists].some((selected) => selected !== sequence))
      report("AL entries stand where ES has not selected AAIP");
    if (ofOthers.has(sequence) || ofOthers.has(-1)) report("ES has not selected Rock Ridge before its entries");
  }

  async #entries(
    record: DirectoryRecord,
    context: ReadContext,
    signal: AbortSignal | undefined,
  ): Promise<FoundEntries> {
    const found: FoundEntries = {
      references: [],
      areas: [],
      continues: [],
      mode: undefined,
      ofLists: new Set(),
      ofOthers: new Set(),
      continuations: new Set(),
    };
    let selected = -1;
    const visit: EntryVisitor = (signature, source, at, length, address) => {
      if (address > 0) found.continuations.add(address - at);
      if (signature === signatures.ES) {
        if (length >= extensionSelector.size) selected = extensionSelector.read(source, at, context).extensionSequence;
      } else if (signature === signatures.ER && length >= 8) {
        found.references.push(extensionsReference.read(source.subarray(0, at + length), at, context).identifier);
      } else if (signature === signatures.AL) {
        found.ofLists.add(selected);
        found.continues.push((source[at + attributeHeadBytes - 1]! & continueFlag) !== 0);
        found.areas.push(source.slice(at + attributeHeadBytes, at + length));
      } else if (signature !== signatures.SP) {
        found.ofOthers.add(selected);
        if (signature === signatures.PX && length >= 8) found.mode = readU32le(source, at + 4) % 0o10000;
      }
    };
    const area = this.#isFirst ? record.systemUse : record.systemUse.subarray(this.#use.bytesSkipped);
    const next = visitEntries(area, context, visit);
    if (next !== undefined) await this.#reader.visit(next, context, visit, signal);
    return found;
  }
}
