/** Makes the bundled Speedscope, with the profile of a recording, ready to be served. */
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import type { Recording } from "../../calltree/index.js";
import type { FormatContext } from "../report/format.js";
import { speedscopeProfile } from "../report/timelines.js";
import { resource } from "../resources.js";
import type { Exhibit } from "./exhibit.js";
import type { ServedFile } from "./server.js";

const viewer = resource("speedscope");

/** Speedscope recognizes the format of a file by this name. */
const PROFILE = "profile.speedscope.json";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".wasm": "application/wasm",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
};

/** Speedscope with the calls of a recording. Adds what is left out to the notices. */
export function speedscopeExhibit(recording: Recording, context: FormatContext): Exhibit {
  const profile = speedscopeProfile(recording, context);
  const files = new Map<string, ServedFile>();
  for (const name of readdirSync(viewer)) {
    const type = types[extname(name)] ?? "text/plain; charset=utf-8";
    files.set(name === "index.html" ? "" : name, { type, body: () => [readFileSync(join(viewer, name))] });
  }
  files.set(PROFILE, { type: types[".json"], body: profile });
  return { files, fragment: `#profileURL=${PROFILE}&view=left-heavy`, instead: "speedscope" };
}
