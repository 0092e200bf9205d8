/** What is wrong with a film: found when it is laid out, and when a disc is verified. */

/** One fault. */
export interface FilmFault {
  readonly severity: "error" | "warning";
  /** The name of the rule; docs/VERIFY.md. */
  readonly name: string;
  readonly path: string;
  /** What is wrong, as a sentence that names the file. */
  readonly message: string;
}

/** Where a file lies, counted in blocks from the first of its run. */
export interface FilmPlace {
  readonly path: string;
  readonly block: number;
}
