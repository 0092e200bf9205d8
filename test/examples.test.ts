/** Every example of README and docs type-checks and runs. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import test from "ava";
import { temporaryFolder } from "./support/tools.js";

const top = resolve(import.meta.dirname, "../..");
const work = join(top, "build/examples");
const documents = ["README.md", ...readdirSync(join(top, "docs")).map((name) => `docs/${name}`)];

interface Example {
  readonly name: string;
  readonly code: string;
}

/** The blocks of a language in all documents. */
function examplesOf(language: string): Example[] {
  return documents.flatMap((path) => {
    const text = readFileSync(join(top, path), "utf8");
    const blocks = [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))];
    return blocks.map(([, code], index) => ({
      name: `${path.replaceAll(/\W/g, "-")}-${index + 1}`,
      code: code!,
    }));
  });
}

/** A folder with what the examples speak of. */
function world(folder: string): void {
  for (const name of ["photos/2026", "documents", "bin"]) mkdirSync(join(folder, name), { recursive: true });
  for (const name of ["photos/beach.jpg", "photos/blurred.jpg", "photos/2026/cat.jpg", "documents/letter.txt"]) {
    writeFileSync(join(folder, name), `This is ${name}.\n`);
  }
  const command = join(top, "dist/cli/main.js");
  chmodSync(command, 0o755);
  symlinkSync(command, join(folder, "bin/discsmith"));
  const discsmith = (...words: string[]): void =>
    void execFileSync("node", [command, ...words], { cwd: folder, stdio: "pipe" });
  discsmith("create", "backup.disc", "--media", "dvd+r");
  discsmith("write", "backup.disc", "photos", "--at", "/photos");
}

test.serial("examples in TypeScript type-check and run", (t) => {
  const examples = examplesOf("ts");
  t.true(examples.length >= 5);
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  for (const { name, code } of examples) writeFileSync(join(work, `${name}.ts`), `${code}\nexport {};\n`);
  const configuration = {
    extends: "../../tsconfig.json",
    compilerOptions: {
      rootDir: ".",
      outDir: "out",
      incremental: false,
      tsBuildInfoFile: null,
      declaration: false,
      isolatedDeclarations: false,
    },
    include: ["*.ts"],
    exclude: [],
  };
  writeFileSync(join(work, "tsconfig.json"), JSON.stringify(configuration));
  const tsc = join(top, "node_modules/.bin/tsc");
  t.notThrows(() => execFileSync(tsc, ["-p", work], { encoding: "utf8", stdio: "pipe" }));
  const folder = temporaryFolder(t);
  world(folder);
  // In the order of the document: what one makes, a later one reads.
  for (const { name } of examples) {
    t.notThrows(() => execFileSync("node", [join(work, "out", `${name}.js`)], { cwd: folder, stdio: "pipe" }), name);
  }
});

test.serial("examples of the command line run", (t) => {
  const folder = temporaryFolder(t);
  world(folder);
  for (const { name, code } of examplesOf("sh")) {
    const environment = { ...process.env, PATH: `${join(folder, "bin")}:${process.env.PATH}` };
    t.notThrows(() => execFileSync("sh", ["-e", "-c", code], { cwd: folder, env: environment, stdio: "pipe" }), name);
  }
});
