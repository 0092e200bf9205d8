import { packageVersion } from "../host/package-version.js";
import { completionScripts } from "./completion-scripts.js";
import { errorDocument } from "./error-document.js";
import { manPage } from "./man-page.js";
import { mkisofsDocument } from "./mkisofs/document.js";
import { quirkDocument } from "./quirk-document.js";
import { toleranceDocument } from "./tolerance-document.js";
import { verifyDocument } from "./verify-document.js";

/** The files of the package that are made from its tables, by path from its top. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ["man/discsmith.1", manPage(packageVersion())],
    ["completion/discsmith.bash", completionScripts.bash!()],
    ["completion/_discsmith", completionScripts.zsh!()],
    ["completion/discsmith.fish", completionScripts.fish!()],
    ["docs/ERRORS.md", errorDocument()],
    ["docs/MKISOFS.md", mkisofsDocument()],
    ["docs/QUIRKS.md", quirkDocument()],
    ["docs/TOLERANCES.md", toleranceDocument()],
    ["docs/VERIFY.md", verifyDocument()],
  ]);
}
