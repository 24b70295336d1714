/** Makes gotrace's own page, with calls and findings, ready to be served. */
import { readFileSync } from "node:fs";
import type { Recording } from "../../calltree/index.js";
import type { FormatContext } from "../report/format.js";
import { htmlPage } from "../report/text-formats.js";
import { resource } from "../resources.js";
import type { Exhibit } from "./exhibit.js";
import type { ServedFile } from "./server.js";

/** A meta element of the page narrows 'unsafe-inline' to the page's own script and style, by their hashes. */
const POLICY =
  "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The page for the calls of a recording. @throws UserError when an execution trace cannot be read */
export async function pageExhibit(recording: Recording, context: FormatContext): Promise<Exhibit> {
  const page = Buffer.concat(
    [...(await htmlPage(recording, context, "page-served.html"))].map((piece) => Buffer.from(piece)),
  );
  const alive = readFileSync(resource("alive.js"));
  const files = new Map<string, ServedFile>([
    ["", { type: "text/html; charset=utf-8", body: () => [page] }],
    ["alive.js", { type: "text/javascript; charset=utf-8", body: () => [alive] }],
  ]);
  return { files, fragment: "", policy: POLICY, instead: "html" };
}
