import type { DriveService, ServiceEvent } from "../device.js";
import { serveDisc } from "../device.js";
import type { CommandContext } from "./command.js";
import { deviceOptionsOf } from "./device-options.js";
import { exitCodes } from "./exit-codes.js";
import { requireDisc } from "./opened-disc.js";
import { usageError } from "./usage.js";

/** Where to listen. */
interface Address {
  readonly host: string | undefined;
  readonly port: number | undefined;
}

/** "HOST:PORT", "[HOST]:PORT" for addresses with colons, and either part alone. @throws {@link DiscError} E_USAGE. */
export function parseAddress(text: string): Address {
  const match = /^(?:\[([^\]]+)\]|([^:\s]*))(?::(\d{1,5}))?$/.exec(text);
  const [, bracketed, plain, port] = match ?? [];
  if (match === null || Number(port ?? 0) > 65_535) {
    throw usageError(`--iscsi is "${text}", expected HOST:PORT: 127.0.0.1:3260, [::1]:3260, :0`);
  }
  const host = bracketed ?? plain;
  return { host: host === "" ? undefined : host, port: port === undefined ? undefined : Number(port) };
}

/** What is to be typed elsewhere. */
function commandsFor({ targetName, url, host, port }: DriveService): { qemu: string[]; iscsiadm: string[] } {
  const portal = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  const drive = `file=${url},if=none,id=burner,format=raw`;
  return {
    qemu: ["-device", "virtio-scsi-pci", "-drive", drive, "-device", "scsi-generic,drive=burner"],
    iscsiadm: [
      `iscsiadm --mode discovery --type sendtargets --portal ${portal}`,
      `iscsiadm --mode node --targetname ${targetName} --portal ${portal} --login`,
    ],
  };
}

function isLoopback(host: string): boolean {
  return host.startsWith("127.") || host === "::1";
}

function eventText(event: ServiceEvent): string | undefined {
  switch (event.type) {
    case "login":
      return event.discovery ? undefined : `${event.initiator} logged in from ${event.address}`;
    case "logout":
      return event.discovery ? undefined : `${event.initiator} is gone: ${event.reason}`;
    case "refused":
      return `${event.address} was refused: ${event.reason}`;
    default:
      return event.reason;
  }
}

/** `discsmith serve`. */
export async function serve(context: CommandContext): Promise<number> {
  const { arguments: words, options, output, reporter, signal } = context;
  const [disc = ""] = words;
  const address = options.text("iscsi");
  if (address === undefined) throw usageError("serve: say how: --iscsi [HOST:PORT]");
  const { host, port } = parseAddress(address);
  await requireDisc(disc);
  const onEvent = (event: ServiceEvent): void => {
    const text = eventText(event);
    if (text !== undefined) reporter.note(text);
  };
  const targetName = options.text("target-name");
  await using service = await serveDisc(disc, { host, port, targetName, signal, onEvent, ...deviceOptionsOf(context) });
  const commands = commandsFor(service);
  if (options.has("json")) {
    const where = { host: service.host, port: service.port, targetName: service.targetName, lun: 0, url: service.url };
    await output.json({ disc, ...where, commands, warnings: reporter.takeWarnings() });
    await output.flush();
  }
  reporter.note(`${disc}: served as ${service.url} until interrupted`);
  if (!isLoopback(service.host)) reporter.note("whoever reaches this address can read and write the disc");
  reporter.note(`QEMU: ${commands.qemu.join(" ")}`);
  for (const line of commands.iscsiadm) reporter.note(`Linux: ${line}`);
  await service.closed;
  return exitCodes.done;
}
