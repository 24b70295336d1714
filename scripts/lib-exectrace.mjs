// Shared by the scripts for execution traces: the Go releases, building programs with them, and reading traces.
import { execFileSync } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync, readSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

/** One release of each minor version whose format gotrace reads. */
export const RELEASES = ["go1.22.12", "go1.23.12", "go1.24.13", "go1.25.9", "go1.26.8"];

export const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Runs `go` of a release and returns its output. */
export function go(release, args, options = {}) {
  return execFileSync("go", args, {
    encoding: "utf8",
    timeout: 300_000,
    env: { ...process.env, GOTOOLCHAIN: release, GO111MODULE: "on" },
    ...options,
  }).trim();
}

/** Builds a program of one file, outside of any module, and returns the executable's path. */
export function buildProgram(release, file, directory) {
  const name = file.split("/").at(-1).replace(/\.go$/, "");
  const program = join(directory, `${release}-${name}`);
  go(release, ["build", "-trimpath", "-o", program, file], { cwd: directory });
  return program;
}

/** Builds test/oracle, which reads traces with golang.org/x/exp/trace. */
export function buildOracle(directory) {
  const program = join(directory, "oracle");
  go("local", ["build", "-o", program, "."], { cwd: at("test/oracle"), stdio: ["ignore", "pipe", "inherit"] });
  return program;
}

/** Builds test/oracle/summary as if it were in GOROOT, so that it may import internal/trace. */
export function buildSummary(directory) {
  const root = go("local", ["env", "GOROOT"]);
  const overlay = join(directory, "overlay.json");
  const place = join(root, "src/internal/trace/gotracesummary");
  writeFileSync(overlay, JSON.stringify({ Replace: { [join(place, "main.go")]: at("test/oracle/summary/main.go") } }));
  const program = join(directory, "summary");
  go("local", ["build", "-overlay", overlay, "-o", program, "./internal/trace/gotracesummary"], {
    cwd: join(root, "src"),
  });
  return program;
}

/** Reads a file in chunks; each chunk is valid only until the next one is requested. */
export function* chunksOf(path, size = 1 << 18) {
  const descriptor = openSync(path, "r");
  try {
    const buffer = new Uint8Array(size);
    for (let got = readSync(descriptor, buffer); got > 0; got = readSync(descriptor, buffer)) {
      yield buffer.subarray(0, got);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Loads the functions of test/exectrace that damage, rewrite and read traces. */
export async function loadFuzzing() {
  // Loaded here because it takes memory and a thread, which would disturb the scripts that measure.
  await import("./typescript.mjs");
  return {
    ...(await import("../test/exectrace/mutate.ts")),
    ...(await import("../test/exectrace/read-damaged.ts")),
    ...(await import("../test/exectrace/rewrite.ts")),
  };
}

/** The traces of testdata/exectrace: name → uncompressed bytes. */
export function goldenTraces() {
  const folder = at("testdata/exectrace");
  const names = readdirSync(folder).filter((name) => name.endsWith(".trace.gz"));
  return new Map(names.map((name) => [name, gunzipSync(readFileSync(join(folder, name)))]));
}
