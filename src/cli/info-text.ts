import { blockBytes } from "../node.js";
import type { DiscInfo } from "./info.js";
import type { Output } from "./output.js";
import { printTable } from "./table.js";

function sizeOf(blocks: number | null): string {
  return blocks === null ? "-" : `${blocks} blocks (${((blocks * blockBytes) / 2 ** 20).toFixed(1)} MiB)`;
}

function shown(value: number | boolean | string | null): string {
  if (value === null || value === "") return "-";
  return typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
}

/** Prints what is known of the UDF volumes of a disc, if it has any. */
async function printUdf(output: Output, { sessions }: DiscInfo): Promise<void> {
  const rows = sessions.flatMap(({ number, udf }) => {
    if (udf === null) return [];
    const { revision, partitions, integrity, vatLba, blockBytes: bytes, volumeName } = udf;
    return [[String(number), revision, partitions.join(","), integrity, shown(vatLba), String(bytes), volumeName]];
  });
  if (rows.length === 0) return;
  await output.line("");
  const head = ["Session", "UDF", "Partitions", "Integrity", "VAT", "Block bytes", "Volume"];
  await printTable(output, [head, ...rows]);
}

/** Prints the table of sessions. */
export async function printSessions(output: Output, sessions: DiscInfo["sessions"]): Promise<void> {
  await printTable(output, [
    ["Session", "Start", "Blocks", "State", "File systems", "Volume"],
    ...sessions.map(({ number, startLba, blocks, state, fileSystems, volumeName }) => [
      String(number),
      String(startLba),
      shown(blocks),
      state,
      fileSystems.join(",") || "-",
      shown(volumeName),
    ]),
  ]);
}

/** Prints what is known of a disc, for people. */
export async function printInfo(output: Output, path: string, info: DiscInfo): Promise<void> {
  const profile = info.profile === null ? "" : ` (profile 0x${info.profile.toString(16).padStart(4, "0")})`;
  const kinds = { emulated: "emulated disc", image: "plain image", drive: "disc in a drive" };
  const rows: [string, string][] = [["Disc", `${path}, ${kinds[info.kind]}`]];
  if (info.media !== null) rows.push(["Medium", `${info.media}${profile}`]);
  rows.push(["State", info.state]);
  if (info.capacityBlocks !== null) rows.push(["Capacity", sizeOf(info.capacityBlocks)]);
  if (info.freeBlocks !== null) rows.push(["Free", sizeOf(info.freeBlocks)]);
  if (info.discId !== null) rows.push(["Identity", info.discId]);
  await printTable(output, rows);
  if (info.sessions.length > 0) {
    await output.line("");
    await printSessions(output, info.sessions);
  }
  await printUdf(output, info);
  const { type, ...numbers } = info.multisession;
  if (type === null) return;
  await output.line("");
  await output.line(`Multisession data (${type})`);
  await printTable(
    output,
    Object.entries(numbers).map(([name, value]) => [`  ${name}`, shown(value)]),
  );
}
