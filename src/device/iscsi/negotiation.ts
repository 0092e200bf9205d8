import type { KeyValue } from "./key-value-text.js";

/** The longest data segment that is taken. */
export const ownMaxRecvDataSegmentLength = 262_144;
/** The longest that is taken during a login, where nothing else was said. RFC 7143 13.12. */
export const defaultMaxRecvDataSegmentLength = 8_192;

/** What both sides agreed upon for a session. */
export interface SessionParameters {
  readonly headerDigest: boolean;
  readonly dataDigest: boolean;
  /** Bytes of the longest data segment that the initiator takes. */
  readonly maxRecvDataSegmentLength: number;
  /** Whether data of a command come only when they are asked for. */
  readonly initialR2t: boolean;
  /** Whether data may come in the PDU of their command. */
  readonly immediateData: boolean;
  /** Bytes of the longest sequence of data that is asked for, or sent, at once. */
  readonly maxBurstLength: number;
  /** Bytes that may come unasked. */
  readonly firstBurstLength: number;
}

/** How two sides come to one value. RFC 7143 6.2. */
type Rule =
  /** The first of the initiator's values that is supported. */
  | { readonly kind: "list"; readonly supported: readonly string[] }
  /** "Yes" where one side says so. */
  | { readonly kind: "or"; readonly ours: boolean }
  /** "Yes" where both sides say so. */
  | { readonly kind: "and"; readonly ours: boolean }
  | { readonly kind: "minimum" | "maximum"; readonly ours: number; readonly lowest: number; readonly highest: number }
  /** The initiator tells it, and needs no answer. */
  | { readonly kind: "declared" }
  | { readonly kind: "declaredNumber"; readonly lowest: number; readonly highest: number }
  /** Keys of the first edition, which no longer mean anything. */
  | { readonly kind: "obsolete"; readonly answer: string };

interface KeyRow {
  readonly key: string;
  readonly rule: Rule;
  /** What is meant where nobody speaks of it. */
  readonly default: string;
  readonly clause: string;
  /** Set for keys that a discovery session has no use for. RFC 7143 4.3. */
  readonly normalOnly?: true;
}

const longestSegment = 0xff_ffff;
const burst = { lowest: 512, highest: longestSegment };

/** Every key that is understood during a login, with the way to its value. */
const loginKeys: readonly KeyRow[] = [
  { key: "AuthMethod", rule: { kind: "list", supported: ["None"] }, default: "None", clause: "RFC 7143 12.1" },
  {
    key: "HeaderDigest",
    rule: { kind: "list", supported: ["None", "CRC32C"] },
    default: "None",
    clause: "RFC 7143 13.1",
  },
  {
    key: "DataDigest",
    rule: { kind: "list", supported: ["None", "CRC32C"] },
    default: "None",
    clause: "RFC 7143 13.1",
  },
  {
    key: "MaxConnections",
    rule: { kind: "minimum", ours: 1, lowest: 1, highest: 65_535 },
    default: "1",
    clause: "RFC 7143 13.2",
    normalOnly: true,
  },
  { key: "TargetName", rule: { kind: "declared" }, default: "", clause: "RFC 7143 13.4" },
  { key: "InitiatorName", rule: { kind: "declared" }, default: "", clause: "RFC 7143 13.5" },
  { key: "InitiatorAlias", rule: { kind: "declared" }, default: "", clause: "RFC 7143 13.7" },
  {
    key: "InitialR2T",
    rule: { kind: "or", ours: false },
    default: "Yes",
    clause: "RFC 7143 13.10",
    normalOnly: true,
  },
  {
    key: "ImmediateData",
    rule: { kind: "and", ours: true },
    default: "Yes",
    clause: "RFC 7143 13.11",
    normalOnly: true,
  },
  {
    key: "MaxRecvDataSegmentLength",
    rule: { kind: "declaredNumber", ...burst },
    default: String(defaultMaxRecvDataSegmentLength),
    clause: "RFC 7143 13.12",
  },
  {
    key: "MaxBurstLength",
    rule: { kind: "minimum", ours: 1_048_576, ...burst },
    default: "262144",
    clause: "RFC 7143 13.13",
    normalOnly: true,
  },
  {
    key: "FirstBurstLength",
    rule: { kind: "minimum", ours: 262_144, ...burst },
    default: "65536",
    clause: "RFC 7143 13.14",
    normalOnly: true,
  },
  {
    key: "DefaultTime2Wait",
    rule: { kind: "maximum", ours: 0, lowest: 0, highest: 3600 },
    default: "2",
    clause: "RFC 7143 13.15",
  },
  {
    key: "DefaultTime2Retain",
    rule: { kind: "minimum", ours: 0, lowest: 0, highest: 3600 },
    default: "20",
    clause: "RFC 7143 13.16",
  },
  {
    key: "MaxOutstandingR2T",
    rule: { kind: "minimum", ours: 1, lowest: 1, highest: 65_535 },
    default: "1",
    clause: "RFC 7143 13.17",
    normalOnly: true,
  },
  {
    key: "DataPDUInOrder",
    rule: { kind: "or", ours: true },
    default: "Yes",
    clause: "RFC 7143 13.18",
    normalOnly: true,
  },
  {
    key: "DataSequenceInOrder",
    rule: { kind: "or", ours: true },
    default: "Yes",
    clause: "RFC 7143 13.19",
    normalOnly: true,
  },
  {
    key: "ErrorRecoveryLevel",
    rule: { kind: "minimum", ours: 0, lowest: 0, highest: 2 },
    default: "0",
    clause: "RFC 7143 13.20",
  },
  { key: "SessionType", rule: { kind: "declared" }, default: "Normal", clause: "RFC 7143 13.21" },
  {
    key: "TaskReporting",
    rule: { kind: "list", supported: ["RFC3720"] },
    default: "RFC3720",
    clause: "RFC 7143 13.23",
    normalOnly: true,
  },
  {
    key: "iSCSIProtocolLevel",
    rule: { kind: "minimum", ours: 1, lowest: 0, highest: 31 },
    default: "1",
    clause: "RFC 7143 13.24",
    normalOnly: true,
  },
  // These must be refused without "NotUnderstood"; initiators that still send them take "No" for an answer.
  { key: "IFMarker", rule: { kind: "obsolete", answer: "No" }, default: "", clause: "RFC 7143 13.25" },
  { key: "OFMarker", rule: { kind: "obsolete", answer: "No" }, default: "", clause: "RFC 7143 13.25" },
  { key: "IFMarkInt", rule: { kind: "obsolete", answer: "Reject" }, default: "", clause: "RFC 7143 13.25" },
  { key: "OFMarkInt", rule: { kind: "obsolete", answer: "Reject" }, default: "", clause: "RFC 7143 13.25" },
];

const rowByKey: ReadonlyMap<string, KeyRow> = new Map(loginKeys.map((row) => [row.key, row]));

/** A number as text has it: decimal, or hexadecimal behind "0x". RFC 7143 6.1. */
function numberOf(text: string, lowest: number, highest: number): number | undefined {
  if (!/^(0[xX][0-9A-Fa-f]{1,8}|\d{1,10})$/.test(text)) return undefined;
  const value = Number(text);
  return value >= lowest && value <= highest ? value : undefined;
}

/** The length that an initiator says it takes; `undefined` for text that is none. RFC 7143 13.12. */
export function declaredSegmentLength(text: string): number | undefined {
  return numberOf(text, burst.lowest, burst.highest);
}

/** The value that both sides have then; `undefined` where the initiator's cannot be. */
function agreedValue(rule: Rule, offered: string): string | undefined {
  switch (rule.kind) {
    case "list":
      return offered.split(",").find((value) => rule.supported.includes(value));
    case "or":
    case "and": {
      if (offered !== "Yes" && offered !== "No") return undefined;
      const theirs = offered === "Yes";
      return (rule.kind === "or" ? theirs || rule.ours : theirs && rule.ours) ? "Yes" : "No";
    }
    case "minimum":
    case "maximum": {
      const theirs = numberOf(offered, rule.lowest, rule.highest);
      if (theirs === undefined) return undefined;
      return String(rule.kind === "minimum" ? Math.min(theirs, rule.ours) : Math.max(theirs, rule.ours));
    }
    case "declaredNumber":
      return numberOf(offered, rule.lowest, rule.highest) === undefined ? undefined : offered;
    default:
      return offered;
  }
}

/** What was said during one login, by both sides. */
export class Negotiation {
  readonly #agreed = new Map<string, string>();
  readonly #seen = new Set<string>();

  /** What was said of a key, or what is meant where nothing was. */
  value(key: string): string {
    return this.#agreed.get(key) ?? rowByKey.get(key)!.default;
  }

  /** Whether the initiator spoke of a key. */
  has(key: string): boolean {
    return this.#seen.has(key);
  }

  /**
   * Takes what the initiator says, and says what comes of it.
   *
   * @param discovery Whether it is a session that only looks for targets.
   * @returns The answer; `undefined` where the initiator negotiates a key twice, which ends a login. RFC 7143 6.3.
   */
  take(pairs: readonly KeyValue[], discovery: boolean): KeyValue[] | undefined {
    const answer: KeyValue[] = [];
    for (const [key, value] of pairs) {
      const again = this.#seen.has(key);
      if (again && !this.#isRepeated(key, value)) return undefined;
      if (again) continue;
      this.#seen.add(key);
      const reply = this.#takeOne(key, value, discovery);
      if (reply !== undefined) answer.push([key, reply]);
    }
    return answer;
  }

  #takeOne(key: string, value: string, discovery: boolean): string | undefined {
    const row = rowByKey.get(key);
    if (row === undefined) return "NotUnderstood";
    if (row.rule.kind === "obsolete") return row.rule.answer;
    if (discovery && row.normalOnly === true) return "Irrelevant";
    const agreed = agreedValue(row.rule, value);
    if (agreed === undefined) return "Reject";
    this.#agreed.set(key, agreed);
    return row.rule.kind === "declared" || row.rule.kind === "declaredNumber" ? undefined : agreed;
  }

  /** Who an initiator is, some say in every stage. */
  #isRepeated(key: string, value: string): boolean {
    return rowByKey.get(key)?.rule.kind === "declared" && this.#agreed.get(key) === value;
  }

  /** The outcome. */
  parameters(): SessionParameters {
    const number = (key: string): number => Number(this.value(key));
    const isYes = (key: string): boolean => this.value(key) === "Yes";
    const maxBurstLength = number("MaxBurstLength");
    return {
      headerDigest: this.value("HeaderDigest") === "CRC32C",
      dataDigest: this.value("DataDigest") === "CRC32C",
      maxRecvDataSegmentLength: number("MaxRecvDataSegmentLength"),
      initialR2t: isYes("InitialR2T"),
      immediateData: isYes("ImmediateData"),
      maxBurstLength,
      // An initiator that leaves it at its default may have agreed to shorter bursts. RFC 7143 13.14.
      firstBurstLength: Math.min(maxBurstLength, number("FirstBurstLength")),
    };
  }
}
