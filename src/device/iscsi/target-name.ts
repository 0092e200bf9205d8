import { crc32c } from "../../codec/checksum.js";

/**
 * Who gives the names: a domain that is nobody's, since the month in which it was set aside. RFC 7143 4.2.7.4 wants a
 * domain that the namer had at that time; a disc that is served has none.
 */
const authority = "iqn.1999-06.localhost.discsmith";
const longestLabel = 64;

/** Eight digits that stay the same for a place, and differ between places. */
export function placeNumber(place: string): string {
  return crc32c(new TextEncoder().encode(place)).toString(16).padStart(8, "0");
}

/**
 * The name of the target that serves a disc: the same each time, for those that keep it, and another one for each disc
 * of the host.
 *
 * @param place Where the disc is: its full path.
 */
export function targetNameFor(place: string): string {
  const label = place
    .replace(/^.*[/\\]/, "")
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, "-");
  return `${authority}:${label.slice(0, longestLabel)}.${placeNumber(place)}`;
}

/** Whether a name is one that a target may have. RFC 7143 4.2.7.3, RFC 3722. */
export function isTargetName(name: string): boolean {
  const isNamed = /^iqn\.\d{4}-\d{2}\.[a-z0-9.-]+(:[a-z0-9.:-]+)?$/.test(name);
  return (
    (isNamed || /^eui\.[0-9A-F]{16}$/i.test(name) || /^naa\.([0-9A-F]{16}|[0-9A-F]{32})$/i.test(name)) &&
    name.length <= 223
  );
}
