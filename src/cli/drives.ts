import { listDrives } from "../device.js";
import type { CommandContext } from "./command.js";
import { exitCodes } from "./exit-codes.js";
import { printTable } from "./table.js";

/** `discsmith drives`. */
export async function drives({ options, output, reporter }: CommandContext): Promise<number> {
  const found = await listDrives();
  if (options.has("json")) await output.json(found);
  else if (found.length === 0) reporter.note("there are no drives");
  else {
    const rows = found.map(({ path, vendor, product, revision, links }) => {
      return [path, [vendor, product].join(" ").trim() || "-", revision || "-", links.join(" ") || "-"];
    });
    await printTable(output, [["Drive", "Model", "Revision", "Other names"], ...rows]);
  }
  return exitCodes.done;
}
