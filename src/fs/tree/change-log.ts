/** What was changed in a tree, so that it can be undone. */
import { DiscError } from "../../errors.js";
import type { DirectoryNode, Item } from "./directory.js";

/** One change of a tree. Changes are undone in the reverse of their order. */
export interface TreeChange {
  undo(): void;
}

/** An item was put into a directory, perhaps in the place of another one. */
export class PlacedItem implements TreeChange {
  readonly #directory: DirectoryNode;
  readonly #item: Item;
  readonly #before: Item | undefined;

  constructor(directory: DirectoryNode, item: Item, before: Item | undefined) {
    this.#directory = directory;
    this.#item = item;
    this.#before = before;
  }

  undo(): void {
    this.#directory.children.delete(this.#item.name);
    this.#item.parent = null;
    if (this.#before !== undefined) this.#directory.attach(this.#before);
  }
}

/** An item was taken out of a directory. */
export class RemovedItem implements TreeChange {
  readonly #directory: DirectoryNode;
  readonly #item: Item;

  constructor(directory: DirectoryNode, item: Item) {
    this.#directory = directory;
    this.#item = item;
  }

  undo(): void {
    this.#directory.attach(this.#item);
  }
}

/** An item got another place or another name. To be made before it does. */
export class MovedItem implements TreeChange {
  readonly #item: Item;
  readonly #directory: DirectoryNode;
  readonly #name: string;

  constructor(item: Item, directory: DirectoryNode) {
    this.#item = item;
    this.#directory = directory;
    this.#name = item.name;
  }

  undo(): void {
    this.#item.parent?.children.delete(this.#item.name);
    this.#item.name = this.#name;
    this.#directory.attach(this.#item);
  }
}

/** Several changes that were made as one. */
export class JoinedChange implements TreeChange {
  readonly #changes: readonly TreeChange[];

  constructor(changes: readonly TreeChange[]) {
    this.#changes = changes;
  }

  undo(): void {
    for (const change of this.#changes.toReversed()) change.undo();
  }
}

/** The changes of a tree, counted. Adding a whole tree or importing a session is one change. */
export class ChangeLog {
  readonly #changes: TreeChange[] = [];
  /** Changes that cannot be undone any more. */
  #locked = 0;

  /** Changes made so far. */
  get count(): number {
    return this.#locked + this.#changes.length;
  }

  add(change: TreeChange): void {
    this.#changes.push(change);
  }

  /**
   * Undoes the changes behind a point.
   *
   * @throws {@link DiscError} E_OPTION_INVALID for one that is not there, or is locked in.
   */
  rollBackTo(point: number): void {
    if (!Number.isInteger(point) || point < this.#locked || point > this.count) {
      const allowed = `a change point from ${this.#locked} to ${this.count}`;
      const detail = { option: "point", value: point, allowed };
      throw new DiscError("E_OPTION_INVALID", `there is no way back to ${point}: expected ${allowed}`, detail);
    }
    while (this.count > point) this.#changes.pop()?.undo();
  }

  /** Forgets how what has been done can be undone. */
  lockIn(): void {
    this.#locked += this.#changes.length;
    this.#changes.length = 0;
  }
}
