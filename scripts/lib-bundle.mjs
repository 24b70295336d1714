// Whether dist/bin is made of the sources that are there, and how files get into it.
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

/** What dist/bin is made of, relative to the root. The lock file stands for node_modules. */
const SOURCES = [
  "src",
  "templates",
  "scripts/bundle.mjs",
  "scripts/lib-bundle.mjs",
  "scripts/lib-cache-key.mjs",
  "scripts/lib-exclusively.mjs",
  "scripts/lib-notices.mjs",
];
const PACKAGE = ["package.json", "package-lock.json"];
const DIGEST = "dist/sources.sha256";

/** A digest over paths and contents of all sources; times of files say nothing after a checkout or a restore. */
export function digestOf(root) {
  const hash = createHash("sha256");
  for (const path of [...SOURCES, ...PACKAGE].flatMap((source) => filesOf(join(root, source)))) {
    const contents = readFileSync(path);
    hash.update(`${relative(root, path)}\0${contents.length}\0`).update(contents);
  }
  return hash.digest("hex");
}

/** All files beneath a path, or the path itself; none where there is nothing. */
function filesOf(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return stat ? [path] : [];
  const entries = readdirSync(path, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Whether dist/bin is made of the sources as they are now. */
export function isFresh(root) {
  const path = join(root, DIGEST);
  return (
    existsSync(join(root, "dist/bin/main.js")) && existsSync(path) && readFileSync(path, "utf8") === digestOf(root)
  );
}

/** Notes what dist/bin was made of. */
export function writeDigest(root, digest, metafiles) {
  writeFileSync(join(root, "dist/metafiles.json"), JSON.stringify(metafiles));
  writeFileSync(join(root, DIGEST), digest);
}

/**
 * Makes a directory hold `files` (path → contents) and nothing else. Each file is replaced in one step, and only where it
 * differs, so that a command that starts meanwhile finds whole files.
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
