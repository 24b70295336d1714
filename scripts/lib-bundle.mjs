// Finds out whether dist/bin is up to date with the sources, and writes files into it.
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";

/** The sources of dist/bin, relative to the root. The lock file stands for node_modules. */
const SOURCES = [
  "src",
  "templates",
  "scripts/bundle.mjs",
  "scripts/lib-bundle.mjs",
  "scripts/lib-cache-key.mjs",
  "scripts/lib-command.mjs",
  "scripts/lib-exclusively.mjs",
  "scripts/lib-notices.mjs",
];
const PACKAGE = ["package.json", "package-lock.json"];
const DIGEST = "dist/sources.sha256";

/** A digest of the paths and contents of all sources. Times of files mean nothing after a checkout or a restore. */
export function digestOf(root) {
  const hash = createHash("sha256");
  for (const path of [...SOURCES, ...PACKAGE].flatMap((source) => filesOf(join(root, source)))) {
    const contents = readFileSync(path);
    hash.update(`${relative(root, path)}\0${contents.length}\0`).update(contents);
  }
  return hash.digest("hex");
}

/** All files below a path, or the path itself if it is a file; none if it does not exist. */
function filesOf(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return stat ? [path] : [];
  const entries = readdirSync(path, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Whether dist/bin was made from the current sources. */
export function isFresh(root) {
  const path = join(root, DIGEST);
  return (
    existsSync(join(root, "dist/bin/main.js")) && existsSync(path) && readFileSync(path, "utf8") === digestOf(root)
  );
}

/** Stores the digest of the sources that dist/bin was made from. */
export function writeDigest(root, digest, metafiles) {
  writeFileSync(join(root, "dist/metafiles.json"), JSON.stringify(metafiles));
  writeFileSync(join(root, DIGEST), digest);
}

/**
 * Makes a directory contain `files` (path → contents) and nothing else. Files that differ are replaced atomically, so that a
 * command that starts meanwhile finds whole files.
 */
export function publish(directory, files, executables = []) {
  for (const [name, contents] of files) {
    const path = join(directory, name);
    const bytes = Buffer.from(contents);
    if (existsSync(path) && readFileSync(path).equals(bytes)) continue;
    mkdirSync(dirname(path), { recursive: true });
    const temporary = `${path}.${process.pid}.tmp`;
    writeFileSync(temporary, bytes);
    if (executables.includes(name)) chmodSync(temporary, 0o755);
    renameSync(temporary, path);
  }
  for (const path of filesOf(directory)) {
    const name = relative(directory, path);
    if (!files.has(name) && !name.endsWith(".tmp")) rmSync(path, { force: true });
  }
}
