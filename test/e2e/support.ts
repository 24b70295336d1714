/** Runs the built command on real Go modules, for the end-to-end tests. */

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { main } from "../support/bundle.js";
import { temporaryDirectory } from "../support/temporary.js";
import { onlyReads, read } from "./reader.js";

export { temporaryDirectory } from "../support/temporary.js";

export const repository = resolve(import.meta.dirname, "../..");

/** The result of a command. */
export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Options {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string | Uint8Array;
}

function run(program: string, args: readonly string[], { cwd, env, input }: Options): Result {
  const result = spawnSync(program, args, {
    cwd,
    env: { ...process.env, PWD: cwd, ...env },
    input: input ?? "",
    encoding: "utf8",
    maxBuffer: 1 << 28,
    timeout: 100_000,
  });
  return { code: result.status ?? -1, stdout: result.stdout, stderr: result.stderr };
}

/** Runs the built gotrace: in a process, or, if it only reads traces, in a thread. */
export function gotrace(args: readonly string[], options: Options): Result {
  const result = onlyReads(args, options) ? read(args, options) : run(process.execPath, [main, ...args], options);
  // Commands that take longer than a second print progress; on a busy machine that may be any command.
  return { ...result, stderr: result.stderr.replace(/^gotrace: reading .* \([\d.]+ .?i?B\)\n/gm, "") };
}

/** Runs the user's go. */
export function go(args: readonly string[], options: Options): Result {
  return run("go", args, options);
}

/** Starts gotrace without waiting, in a new session, so that no terminal takes part. */
export function startGotrace(args: readonly string[], { cwd, env }: Options) {
  return spawn(process.execPath, [main, ...args], {
    cwd,
    env: { ...process.env, PWD: cwd, ...env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Writes files (path → text) below a new directory, or below `root`. */
export function filesOn(files: Readonly<Record<string, string>>, root = temporaryDirectory()): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** A digest of the names and contents of a directory, to check that nothing in it changed. */
export function snapshot(root: string): string {
  const hash = createHash("sha256");
  const visit = (path: string) => {
    const stat = lstatSync(path);
    hash.update(`${path}\0${stat.mode}\0`);
    if (stat.isDirectory()) for (const name of readdirSync(path).sort()) visit(join(path, name));
    else if (stat.isFile()) hash.update(readFileSync(path));
  };
  visit(root);
  return hash.digest("hex");
}

/** Names of all nodes of `gotrace json` output, in order of appearance, without repetition. */
export function names(json: string): string[] {
  const found = new Set<string>();
  const visit = (nodes: readonly Node[]) => {
    for (const node of nodes) {
      found.add(node.name);
      visit(node.children);
    }
  };
  visit(JSON.parse(json) as Node[]);
  return [...found];
}

/** A node of `gotrace json`. */
export interface Node {
  readonly name: string;
  readonly duration_ms: number;
  readonly self_ms: number;
  readonly start_ms: number;
  readonly calls: number;
  readonly children: readonly Node[];
  readonly goroutine?: unknown;
  readonly end?: unknown;
  readonly recovered?: boolean;
}
