/** What burners sent to the rig's drive, from its log, and a table of it. */

/** A command in the drive's log: its CDB, bytes sent along, and whether the drive took it. */
export interface LoggedCommand {
  readonly cdb: readonly number[];
  readonly outBytes: number;
  readonly taken: boolean;
}

/** Commands as the standards print them. MMC-6, SPC-4. */
const names: Readonly<Record<number, string>> = {
  0: "TEST UNIT READY",
  1: "REZERO UNIT",
  3: "REQUEST SENSE",
  4: "FORMAT UNIT",
  18: "INQUIRY",
  26: "MODE SENSE(6)",
  27: "START STOP UNIT",
  30: "PREVENT ALLOW MEDIUM REMOVAL",
  35: "READ FORMAT CAPACITIES",
  37: "READ CAPACITY",
  40: "READ(10)",
  42: "WRITE(10)",
  43: "SEEK(10)",
  53: "SYNCHRONIZE CACHE",
  60: "READ BUFFER",
  67: "READ TOC/PMA/ATIP",
  68: "READ HEADER",
  70: "GET CONFIGURATION",
  74: "GET EVENT STATUS NOTIFICATION",
  81: "READ DISC INFORMATION",
  82: "READ TRACK INFORMATION",
  83: "RESERVE TRACK",
  84: "SEND OPC INFORMATION",
  85: "MODE SELECT(10)",
  90: "MODE SENSE(10)",
  91: "CLOSE TRACK SESSION",
  92: "READ BUFFER CAPACITY",
  93: "SEND CUE SHEET",
  161: "BLANK",
  168: "READ(12)",
  170: "WRITE(12)",
  172: "GET PERFORMANCE",
  173: "READ DISC STRUCTURE",
  182: "SET STREAMING",
  187: "SET CD SPEED",
  190: "READ CD",
};

/** Those that change the drive or the disc; the others only ask. */
const changing: readonly number[] = [
  0x04, 0x1b, 0x1e, 0x2a, 0x35, 0x53, 0x54, 0x55, 0x5b, 0x5d, 0xa1, 0xaa, 0xb6, 0xbb,
];

/** Reads the drive's log. */
export function loggedCommands(log: string): LoggedCommand[] {
  return log
    .split("\n")
    .map((line) => /^([0-9a-f]+) out=(\d+) in=\d+ (.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, cdb, out, outcome]) => ({
      cdb: [...Buffer.from(cdb!, "hex")],
      outBytes: Number(out),
      taken: outcome === "ok",
    }));
}

function number16(cdb: readonly number[], at: number): number {
  return cdb[at]! * 256 + cdb[at + 1]!;
}

function number32(cdb: readonly number[], at: number): number {
  return number16(cdb, at) * 65_536 + number16(cdb, at + 2);
}

function hex(value: number): string {
  return `${value.toString(16).toUpperCase().padStart(2, "0")}h`;
}

/** Whether the answer comes at once, by the bit of byte 1 that stands there for it: it is not the same in all commands. */
const immediateAt =
  (bit: number) =>
  (cdb: readonly number[]): string =>
    Math.floor(cdb[1]! / 2 ** bit) % 2 === 1 ? "Immed" : "waits";
/** Of START STOP UNIT and CLOSE TRACK SESSION. */
const immediate = immediateAt(0);

/** The fields of a command that say what is meant. */
const fields: Readonly<Record<number, (cdb: readonly number[], outBytes: number) => string>> = {
  4: ({ 1: options }, outBytes) => `options ${hex(options!)}, ${outBytes} bytes of parameters`,
  27: (cdb) => `${["stop", "start", "eject", "load"][cdb[4]! % 4]}, ${immediate(cdb)}`,
  30: (cdb) => (cdb[4]! % 2 === 1 ? "prevent" : "allow"),
  35: () => "",
  40: (cdb) => `${number16(cdb, 7)} blocks`,
  53: immediateAt(1),
  67: (cdb) => `format ${cdb[2]! % 16}`,
  70: (cdb) => (cdb[1]! % 4 === 2 ? `feature ${number16(cdb, 2).toString(16).toUpperCase()}h` : "all"),
  74: (cdb) => `classes ${hex(cdb[4]!)}`,
  81: (cdb) => `type ${Math.floor(cdb[1]! % 8)}`,
  82: (cdb) => `by ${["address", "track", "session", "?"][cdb[1]! % 4]}`,
  83: (cdb) => `${number32(cdb, 5)} blocks`,
  84: (cdb) => (cdb[1]! % 2 === 1 ? "calibrate" : "as given"),
  85: (_cdb, outBytes) => `${outBytes} bytes`,
  90: (cdb) => `page ${hex(cdb[2]! % 64)}`,
  26: (cdb) => `page ${hex(cdb[2]! % 64)}`,
  91: (cdb) => `function ${cdb[2]! % 8}, number ${number16(cdb, 4)}, ${immediate(cdb)}`,
  93: (_cdb, outBytes) => `${outBytes / 8} lines`,
  161: (cdb) => `type ${cdb[1]! % 8}, ${immediateAt(4)(cdb)}`,
  172: (cdb) => `type ${hex(cdb[10]!)}`,
  173: (cdb) => `format ${hex(cdb[7]!)}`,
  182: (_cdb, outBytes) => `${outBytes} bytes`,
  187: (cdb) => `read ${number16(cdb, 2)}, write ${number16(cdb, 4)} kB/s`,
};

interface Shown {
  readonly operationCode: number;
  readonly text: string;
}

function signed(value: number): number {
  return value >= 2 ** 31 ? value - 2 ** 32 : value;
}

/** Writes that go on where the one before ended count as one. */
function joinWrites(commands: readonly LoggedCommand[]): Shown[] {
  const shown: Shown[] = [];
  let run: { first: number; next: number; each: number; code: number } | undefined;
  const flush = (): void => {
    if (run === undefined) return;
    const count = run.next - run.first;
    shown.push({ operationCode: run.code, text: `${count} blocks from ${run.first} on, up to ${run.each} each` });
    run = undefined;
  };
  for (const { cdb, outBytes, taken } of commands) {
    const code = cdb[0]!;
    if (code === 0x2a || code === 0xaa) {
      const first = signed(number32(cdb, 2));
      const count = code === 0x2a ? number16(cdb, 7) : number32(cdb, 6);
      if (run?.next !== first || run.code !== code) {
        flush();
        run = { first, next: first, each: count, code };
      }
      run.next += count;
      run.each = Math.max(run.each, count);
      continue;
    }
    if (changing.includes(code)) flush();
    const text = fields[code]?.(cdb, outBytes) ?? "";
    shown.push({ operationCode: code, text: taken ? text : `${text} (refused)`.trim() });
  }
  flush();
  return shown;
}

/** A table of what several burners sent: a row for each command, a column for each burner. */
export function commandTable(
  columns: readonly { readonly name: string; readonly commands: readonly LoggedCommand[] }[],
): string {
  const shown = columns.map(({ commands }) => joinWrites(commands));
  const cellsOf = (isChanging: boolean): string[] => {
    const codes = [...new Set(shown.flatMap((column) => column.map(({ operationCode }) => operationCode)))].filter(
      (code) => changing.includes(code) === isChanging,
    );
    const rows = codes.map((code) => {
      const cells = shown.map((column) => (isChanging ? inOrder(column, code) : asked(column, code)));
      return `| ${names[code] ?? hex(code)} | ${cells.join(" | ")} |`;
    });
    return isChanging ? rows : rows.sort();
  };
  const head = columns.map(({ name }) => name).join(" | ");
  const line = "|---".repeat(columns.length + 1);
  return [
    `| does, in this order | ${head} |`,
    `${line}|`,
    ...cellsOf(true),
    "",
    `| asks | ${head} |`,
    `${line}|`,
    ...cellsOf(false),
  ].join("\n");
}

/** Each of these commands with its place in the order of all that change something. */
function inOrder(column: readonly Shown[], code: number): string {
  const ordered = column.filter(({ operationCode }) => changing.includes(operationCode));
  const cells: { first: number; last: number; text: string }[] = [];
  for (const [index, { operationCode, text }] of ordered.entries()) {
    if (operationCode !== code) continue;
    const before = cells.at(-1);
    if (before !== undefined && before.text === text && before.last === index) before.last++;
    else cells.push({ first: index + 1, last: index + 1, text });
  }
  return (
    cells.map(({ first, last, text }) => `${first === last ? first : `${first}–${last}`}: ${text}`).join("<br>") || "–"
  );
}

function asked(column: readonly Shown[], code: number): string {
  const texts = new Set(column.filter(({ operationCode }) => operationCode === code).map(({ text }) => text));
  if (texts.size === 0) return "–";
  return (
    [...texts]
      .filter((text) => text !== "")
      .sort()
      .join(", ") || "yes"
  );
}
