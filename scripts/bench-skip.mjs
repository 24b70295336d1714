// Measures the cost of tracing whole programs, without and with --skip-inlined, as processor time relative to the plain build.
//
//	npm run build && node scripts/bench-skip.mjs [--runs 5] [--only sort]
//
// The builds alternate, and the fastest run of each counts. esbuild and gofumpt come from the Go module proxy.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { runs: { type: "string", default: "5" }, only: { type: "string" } } });
const root = fileURLToPath(new URL("..", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "gotrace-bench-"));
const text = (command, args, options = {}) => execFileSync(command, args, { encoding: "utf8", ...options });
const builds = { traced: [], "--skip-inlined": ["--skip-inlined"], "--skip-inlined=320": ["--skip-inlined=320"] };

const sorting = `package main

import (
	"cmp"
	"slices"
	"sort"
)

type rows []int

func (r rows) Len() int           { return len(r) }
func (r rows) Less(i, j int) bool { return r[i] < r[j] }
func (r rows) Swap(i, j int)      { r[i], r[j] = r[j], r[i] }

func fill(n int) rows {
	r := make(rows, n)
	for i := range r {
		r[i] = i * 7919 % n
	}
	return r
}

func main() {
	for range 3 {
		sort.Sort(fill(1000003))
		r := fill(1000003)
		sort.Slice(r, func(i, j int) bool { return r[i] < r[j] })
		slices.SortFunc(fill(1000003), func(a, b int) int { return cmp.Compare(a, b) })
	}
}
`;

function module(version) {
  const { Dir } = JSON.parse(text("go", ["mod", "download", "-json", version]));
  const copy = join(scratch, version.replace(/\W/g, "_"));
  cpSync(Dir, copy, { recursive: true });
  execFileSync("chmod", ["-R", "u+w", copy]);
  return copy;
}

function sortProgram() {
  const directory = join(scratch, "sorting");
  mkdirSync(directory);
  writeFileSync(join(directory, "go.mod"), "module sorting\n\ngo 1.22\n");
  writeFileSync(join(directory, "main.go"), sorting);
  return directory;
}

const input = join(root, "node_modules/typescript/lib/typescript.js");
const programs = [
  { name: "sort", cwd: sortProgram, package: ".", args: [] },
  {
    name: "esbuild",
    cwd: () => module("github.com/evanw/esbuild@v0.25.0"),
    package: "./cmd/esbuild",
    args: [input, "--bundle", "--platform=node", "--outfile=/dev/null"],
  },
  {
    name: "gofumpt",
    cwd: () => module("mvdan.cc/gofumpt@v0.7.0"),
    package: ".",
    args: ["-l", join(text("go", ["env", "GOROOT"]).trim(), "src/net")],
  },
];

/** The processor time of a run in seconds, and the size of its trace in bytes. */
function measure(binary, args) {
  const out = mkdtempSync(join(scratch, "out-"));
  const env = { ...process.env, GOMAXPROCS: "1", GOTRACE_OUT: out, GOTRACE_MAX_SIZE: String(8 * 2 ** 30) };
  const times = () => readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ").slice(13, 15).map(Number);
  const before = times();
  const run = spawnSync(binary, args, { env, stdio: "ignore" });
  if (run.status !== 0) throw new Error(`${binary} ended with ${run.status}`);
  const after = times();
  const files = text("ls", [out]).split("\n").filter(Boolean);
  const bytes = files.reduce((sum, file) => sum + statSync(join(out, file)).blocks * 512, 0);
  rmSync(out, { recursive: true });
  return { seconds: (after[0] + after[1] - before[0] - before[1]) / 100, bytes };
}

try {
  console.log("program  build                  seconds  times plain  trace MiB");
  for (const { name, cwd: prepare, package: target, args } of programs) {
    if (values.only !== undefined && values.only !== name) continue;
    const cwd = prepare();
    const binary = (build) => join(scratch, `${name}${build.replaceAll("-", "").replace("=", "")}`);
    execFileSync("go", ["build", "-o", binary("plain"), target], { cwd });
    for (const [build, flags] of Object.entries(builds)) {
      execFileSync(process.execPath, [join(root, "dist/bin/main.js"), "build", "-o", binary(build), ...flags, target], {
        cwd,
      });
    }
    const best = new Map();
    for (let i = 0; i < Number(values.runs); i++) {
      for (const build of ["plain", ...Object.keys(builds)]) {
        const run = measure(binary(build), args);
        if (!(best.get(build)?.seconds <= run.seconds)) best.set(build, run);
      }
    }
    for (const [build, { seconds, bytes }] of best) {
      const ratio = (seconds / best.get("plain").seconds).toFixed(2);
      console.log(
        name.padEnd(8),
        build.padEnd(20),
        seconds.toFixed(2).padStart(9),
        ratio.padStart(12),
        (bytes / 2 ** 20).toFixed(0).padStart(10),
      );
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
