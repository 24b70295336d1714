// What npm run sweep:ring and sweep:server share: testdata/ringload, traced and plain, and reading its traces.

import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import "./typescript.mjs";

const { openTrace } = await import("../src/calltrace/index.ts");
const { memorySource } = await import("../test/support/calltrace/memory-source.ts");

const root = fileURLToPath(new URL("..", import.meta.url));
export const gotrace = join(root, "dist/bin/main.js");
export const module = join(root, "testdata/ringload");
export const scratch = mkdtempSync(join(tmpdir(), "gotrace-ring-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

/** The binaries. */
export const traced = join(scratch, "traced");
export const plain = join(scratch, "plain");
execFileSync(process.execPath, [gotrace, "build", "-o", traced, "."], { cwd: module, stdio: "inherit" });
execFileSync("go", ["build", "-o", plain, "."], { cwd: module, stdio: "inherit" });

/** What did not hold, one line each. */
export const failures = [];

export function report() {
  for (const line of failures) console.log(line);
  console.log(failures.length === 0 ? "all held" : `${failures.length} FAILED`);
  process.exitCode = failures.length > 0 ? 1 : 0;
}

/** What `gotrace stats` says of each function; throws if it fails. */
export async function functionsOf(file) {
  const args = [gotrace, "stats", "--format", "json", file];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 28 });
  return JSON.parse(stdout).functions;
}

/** The traces in a directory. */
export function traceFiles(directory) {
  return readdirSync(directory)
    .filter((name) => name.endsWith(".gotrace"))
    .map((name) => join(directory, name));
}

/** The first process of a trace. */
export const processIn = (file) => openTrace(memorySource(readFileSync(file))).processes[0];
