/** One fault put into an image. */
import type { UdfRuleName } from "../../src/fs/verify/udf-report.js";
import type { UdfEditor } from "./udf-editor.js";
import type { UdfImageName } from "./udf-images.js";

/** A change that breaks a rule. */
export interface UdfMutation {
  readonly rule: UdfRuleName;
  readonly image: UdfImageName;
  /** Told apart from others of the same rule. */
  readonly what?: string;
  /** What follows from it: rules that cannot be kept where this one is broken. */
  readonly also?: readonly UdfRuleName[];
  change(editor: UdfEditor): void | Promise<void>;
}
