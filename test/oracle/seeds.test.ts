/** Seeds of virtual machines, as their clients take them: cloud-init finds ours, Packer makes its own with us. */
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import { NearShell, Shell } from "../cli/support.js";
import { bsdtarListing, execute } from "../support/judges.js";
import { folderListing } from "../support/listing.js";
import { requireTool, skip, temporaryFolder } from "../support/tools.js";
import { compare } from "../support/verdicts.js";

const noCloud = join(import.meta.dirname, "../../../test/oracle/no-cloud.py");
const identify = "/usr/lib/cloud-init/ds-identify";

const seed: Readonly<Record<string, string>> = {
  "user-data": "#cloud-config\nhostname: seeded\n",
  "meta-data": "instance-id: iid-42\nlocal-hostname: seeded\n",
  "vendor-data": "#cloud-config\n{}\n",
  "network-config": "version: 2\nethernets: {eth0: {dhcp4: true}}\n",
};

/** Makes a program that runs a script. */
function program(path: string, script: string): void {
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

/** What ds-identify, which runs before cloud-init does, finds on a machine whose one device is the image. */
function identified(t: ExecutionContext, image: string): string {
  const root = temporaryFolder(t);
  for (const name of ["etc/cloud", "proc", "run"]) mkdirSync(join(root, name), { recursive: true });
  writeFileSync(join(root, "proc/cmdline"), "\n");
  writeFileSync(join(root, "proc/uptime"), "1 1\n");
  const programs = join(root, "bin");
  mkdirSync(programs);
  program(join(programs, "blkid"), `echo DEVNAME=/dev/sr0; /usr/sbin/blkid -p -o export "${image}" | grep -v ^DEVNAME`);
  program(join(programs, "systemd-detect-virt"), "echo kvm");
  const env = { PATH: `${programs}:/usr/bin:/bin`, PATH_ROOT: root, DI_LOG: "/dev/null" };
  execute(identify, ["--force"], { env });
  const result = join(root, "run/cloud-init/cloud.cfg");
  return existsSync(result) ? readFileSync(result, "utf8") : "";
}

test.serial("cloud-init's NoCloud source finds the seed that we make, and takes all of it", async (t) => {
  if (!existsSync(identify)) {
    skip(t, "cloud-init is missing: apt install cloud-init");
    return;
  }
  const shell = new NearShell(t);
  for (const [name, text] of Object.entries(seed)) shell.file(name, text);
  for (const label of ["cidata", "CIDATA"]) {
    for (const [how, words] of [
      ["default", []],
      ["without Joliet", ["--fs", "iso,rockridge"]],
      ["without Rock Ridge", ["--fs", "iso,joliet"]],
    ] as const) {
      const image = shell.path("seed.iso");
      await shell.ok(t, "build", ...Object.keys(seed), "--volume", label, "--force", ...words, "-o", image);
      const { output, messages } = execute("/usr/bin/python3", [noCloud, image]);
      const taken = JSON.parse(output.toString()) as unknown;
      t.deepEqual(
        taken,
        {
          found: true,
          seed: image,
          metaData: { "instance-id": "iid-42", "local-hostname": "seeded", dsmode: "net" },
          userData: seed["user-data"],
          vendorData: seed["vendor-data"],
          networkConfig: { version: 2, ethernets: { eth0: { dhcp4: true } } },
        },
        `${label}, ${how}: ${messages}`,
      );
      t.regex(identified(t, image), /datasource_list: \[ NoCloud, None \]/, `${label}, ${how}`);
    }
  }
  // Other names are no seeds, and a bridge to UDF is none for it: what we say of that is so.
  for (const words of [
    ["--volume", "other"],
    ["--volume", "cidata", "--fs", "all"],
  ]) {
    const image = shell.path("other.iso");
    await shell.ok(t, "build", ...Object.keys(seed), ...words, "--force", "-o", image);
    t.like(JSON.parse(execute("/usr/bin/python3", [noCloud, image]).output.toString()), { found: false });
  }
});

for (const name of ["mkisofs", "xorriso"])
  test.serial(`Packer builds the disc of its cd_files with us in the place of ${name}`, async (t) => {
    if (!requireTool(t, "packer")) return;
    const shell = new Shell(t);
    for (const [name, text] of Object.entries(seed)) shell.file(`seed/${name}`, text);
    shell.file("seed/drivers/readme.txt");
    shell.file("install.iso", new Uint8Array(2048));
    // Nothing is found but us, and what stands for a virtual machine: it keeps its command line and its discs.
    const bin = shell.path("bin");
    mkdirSync(bin);
    await shell.ok(t, "install-names", bin, name);
    symlinkSync(process.execPath, join(bin, "node"));
    program(join(bin, "qemu-img"), ":");
    const keep = `case "$word" in file=*.iso,media=cdrom) path=\${word#file=}; /bin/cp "\${path%,media=cdrom}" "${shell.folder}/taken.iso";; esac`;
    const version = `if [ "$1" = -version ]; then echo QEMU emulator version 7.2.0; exit; fi`;
    program(join(bin, "qemu-system-x86_64"), `${version}\nfor word; do ${keep}; done; exit 1`);
    const template = {
      builders: [
        {
          type: "qemu",
          iso_url: shell.path("install.iso"),
          iso_checksum: "none",
          cd_files: [...Object.keys(seed), "drivers"].map((name) => shell.path("seed", name)),
          cd_label: "cidata",
          communicator: "none",
          accelerator: "none",
          format: "raw",
          headless: true,
          output_directory: shell.path("output"),
        },
      ],
    };
    shell.file("template.json", JSON.stringify(template));
    process.chdir(shell.folder);
    const env = { PATH: bin, HOME: shell.folder, CHECKPOINT_DISABLE: "1", PACKER_LOG: "1", TMPDIR: shell.folder };
    const { output, messages } = execute("/usr/bin/packer", ["build", "-color=false", shell.path("template.json")], {
      env,
    });
    const said = `${output.toString()}${messages}`;
    t.regex(said, /qemu: Done copying paths from CD_dirs/);
    t.true(existsSync(shell.path("taken.iso")), said);
    const image = shell.path("taken.iso");
    t.regex(execute("/usr/sbin/blkid", ["-p", image]).output.toString(), /LABEL="cidata".*TYPE="iso9660"/);
    compare(t, bsdtarListing(t, image), folderListing(shell.path("seed")), ["digest"]);
  });
