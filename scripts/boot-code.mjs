/** Assembles native/boot/hybrid-mbr.S into src/fs/boot/own-boot-code.ts. Needs binutils for x86. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const loaders = { isolinux: 1, grub2: 2 };
const folder = mkdtempSync(join(tmpdir(), "boot-code-"));
try {
  const rows = Object.entries(loaders).map(([name, number]) => {
    const object = join(folder, `${name}.o`);
    const binary = join(folder, `${name}.bin`);
    execFileSync("as", ["--32", "--defsym", `LOADER=${number}`, "native/boot/hybrid-mbr.S", "-o", object]);
    execFileSync("ld", ["-m", "elf_i386", "-Ttext", "0x7c00", "--oformat", "binary", "-o", binary, object]);
    const lines =
      readFileSync(binary)
        .toString("hex")
        .match(/.{1,96}/g) ?? [];
    return `  ${name}: [\n${lines.map((line) => `    "${line}",`).join("\n")}\n  ],`;
  });
  const target = process.argv[2] ?? "src/fs/boot/own-boot-code.ts";
  const text = readFileSync("src/fs/boot/own-boot-code.ts", "utf8");
  const [before, rest] = text.split("// Assembled: scripts/boot-code.mjs.\n");
  const after = rest.slice(rest.indexOf("};\n"));
  const table = `const assembled: Readonly<Record<Exclude<MbrLoader, "none">, readonly string[]>> = {\n${rows.join("\n")}\n`;
  writeFileSync(target, `${before}// Assembled: scripts/boot-code.mjs.\n${table}${after}`);
} finally {
  rmSync(folder, { recursive: true });
}
