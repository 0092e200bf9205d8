/** Where the files of a film go in an image. */
import type { WarningListener } from "../../errors.js";
import { DiscError } from "../../errors.js";
import { blocksOf } from "../../units.js";
import type { ContentRun } from "../layout/contents.js";
import type { Content } from "../tree/content.js";
import type { DirectoryNode } from "../tree/directory.js";
import type { FileNode } from "../tree/node.js";
import { walkTree } from "../tree/walk.js";
import { bdmvDirectory, clusterBlocks, layOutBdmv } from "./bdmv-layout.js";
import type { FilmFault } from "./film-fault.js";
import { backupFaults, bestPhase, eccBlocks, layOutVideo, videoDirectory, videoFileName } from "./video-layout.js";

/** Films that players know: on DVD, in VIDEO_TS; on Blu-ray disc, in BDMV. */
export type FilmKind = "dvd-video" | "bdmv";

/** All kinds of films. */
export const filmKinds: readonly FilmKind[] = ["dvd-video", "bdmv"];

/** The directories of films in the root. */
export const filmDirectories: Readonly<Record<FilmKind, string>> = {
  "dvd-video": videoDirectory,
  bdmv: bdmvDirectory,
};

/** @throws {@link DiscError} E_FILM_INVALID for the first error; warnings are reported as W_FILM_FAULTY. */
function raise(faults: readonly FilmFault[], onWarning: WarningListener): void {
  for (const { severity, path, message, name: rule } of faults) {
    if (severity === "error") throw new DiscError("E_FILM_INVALID", message, { path, rule });
    onWarning(new DiscError("W_FILM_FAULTY", message, { path, rule }));
  }
}

/** @throws {@link DiscError} E_FILM_INVALID where two files of a film are one. */
function refuseShared(nodes: readonly FileNode[]): void {
  const first = new Map<Content, FileNode>();
  for (const node of nodes) {
    const other = first.get(node.content);
    first.set(node.content, node);
    if (other === undefined) continue;
    const message = `"${node.path}" and "${other.path}" are hard links of each other, and have to lie apart: make one a copy`;
    throw new DiscError("E_FILM_INVALID", message, { path: node.path, rule: "VIDEO_PLACE_IMPOSSIBLE" });
  }
}

/** The directory of a film. @throws {@link DiscError} E_FILM_INVALID. */
function directoryOf(root: DirectoryNode, kind: FilmKind): DirectoryNode {
  const name = filmDirectories[kind];
  const found = root.children.get(name);
  if (found?.type === "directory") return found;
  const path = `/${name}`;
  const rule = kind === "bdmv" ? "BDMV_FILE_MISSING" : "VIDEO_FILE_MISSING";
  throw new DiscError("E_FILM_INVALID", `there is no directory "${path}" in the image`, { path, rule });
}

async function planVideo(root: DirectoryNode, onWarning: WarningListener): Promise<ContentRun[]> {
  const nodes = [...directoryOf(root, "dvd-video")].filter(
    (item): item is FileNode => item.type === "file" && videoFileName.test(item.name),
  );
  refuseShared(nodes);
  const { places, pairs, faults } = await layOutVideo(
    new Map(nodes.map((node) => [node.name, node.content])),
    undefined,
  );
  const phase = bestPhase(pairs);
  raise([...faults, ...backupFaults(pairs, phase)], onWarning);
  const contents = new Map(nodes.map((node) => [node.path, node.content]));
  return [
    { align: eccBlocks, phase, members: places.map(({ path, block }) => ({ content: contents.get(path)!, block })) },
  ];
}

async function planBdmv(root: DirectoryNode, onWarning: WarningListener): Promise<ContentRun[]> {
  const contents = new Map<string, Content>();
  const above = `/${bdmvDirectory}/`.length;
  for (const { node } of walkTree(directoryOf(root, "bdmv"))) {
    if (node.type === "file") contents.set(node.path.slice(above), node.content);
  }
  const { navigation, streams, faults } = await layOutBdmv(contents, undefined);
  raise(faults, onWarning);
  const contentAt = (path: string): Content => contents.get(path.slice(above))!;
  // Copies that are hard links are one content, and lie where the first of them does.
  const inOrder = [...new Set(navigation.map(contentAt))];
  let block = 0;
  const members = inOrder.map((content) => {
    const member = { content, block };
    block += blocksOf(content.bytes);
    return member;
  });
  const alone = [...new Set(streams.map(contentAt))].filter((content) => !inOrder.includes(content));
  const runs = [members, ...alone.map((content) => [{ content, block: 0 }])];
  return runs.map((run) => ({ align: clusterBlocks, phase: 0, members: run }));
}

/**
 * Where the files of a film have to lie: of DVD-Video, at the distances that its information files state; of BDMV,
 * first what players read first, then each stream from the start of a cluster on.
 *
 * @throws {@link DiscError} E_FILM_INVALID, naming the file; what reading the files raises.
 */
export function planFilm(root: DirectoryNode, kind: FilmKind, onWarning: WarningListener): Promise<ContentRun[]> {
  return kind === "dvd-video" ? planVideo(root, onWarning) : planBdmv(root, onWarning);
}
