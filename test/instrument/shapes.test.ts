import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { InstrumentOptions } from "../../src/instrument/index.js";
import { hooks, instrument, markers } from "./helpers.js";

const shapes = fileURLToPath(new URL("../../testdata/shapes/", import.meta.url));
const runtime = fileURLToPath(new URL("../../runtime-go", import.meta.url));

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "gotrace-shapes-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs a command and returns its standard output. */
function run(cwd: string, command: string, args: string[], env: Record<string, string> = {}): string {
  return execFileSync(command, args, { cwd, encoding: "utf8", env: { ...process.env, ...env }, stdio: "pipe" });
}

/** Makes a copy of the shapes, rewritten if options are given, and builds it with the real runtime. */
function copy(name: string, options?: InstrumentOptions): string {
  const target = join(directory, name);
  cpSync(shapes, target, { recursive: true });
  writeFileSync(
    join(target, "go.mod"),
    `module shapes\n\ngo 1.21\n\nrequire gotrace.internal/rt v0.0.0\n\nreplace gotrace.internal/rt => ${JSON.stringify(runtime)}\n`,
  );
  // Files that a build adds to a program.
  writeFileSync(join(target, "a_system.go"), 'package main\n\nimport _ "gotrace.internal/rt/sys"\n');
  for (const file of readdirSync(target).filter((file) => file.endsWith(".go") && file !== "a_system.go")) {
    const path = join(target, file);
    // Go's cover tool breaks files that have a byte order mark.
    const source = readFileSync(path, "utf8").replace(options?.mode === "hooks" ? /$^/ : /^\uFEFF/, "");
    const result = options && instrument(source, options, file);
    expect(result?.grammarGaps ?? []).toEqual([]);
    writeFileSync(path, result?.text ?? source);
  }
  return target;
}

test("rewritten shapes compile and do what the originals do, traced or not", () => {
  const original = run(shapes, "go", ["run", "."]);
  const rewritten = copy("hooks", hooks);
  run(rewritten, "go", ["build", "-o", "bin", "."]);
  expect(run(rewritten, "./bin", [])).toBe(original);
  const traces = join(directory, "traces");
  mkdirSync(traces);
  expect(run(rewritten, "./bin", [], { GOTRACE_OUT: traces })).toBe(original);
  run(rewritten, "go", ["vet", "."]);
});

test("coverage of rewritten shapes is that of the originals", () => {
  // Expands the markers in the cover tool's output.
  const expand = join(directory, "expand.sh");
  const script = [
    "#!/bin/sh",
    'tool=$1; shift; "$tool" "$@" || exit',
    "case $tool in */cover|*/cover.exe) case $1 in -V*) exit;; esac;; *) exit;; esac",
    'while [ $# -gt 0 ]; do [ "$1" = -outfilelist ] && list=$2; shift; done',
    String.raw`while read -r file || [ -n "$file" ]; do [ -f "$file" ] && sed -i 's,/\*__gotrace:\([^*]*\)\*/,\1,g' "$file"; done < "$list"`,
    "exit 0",
  ];
  writeFileSync(expand, `${script.join("\n")}\n`, { mode: 0o755 });
  const profile = (name: string, options: InstrumentOptions | undefined, flags: string[]) => {
    const target = copy(name, options);
    run(target, "go", ["build", "-cover", "-covermode=count", ...flags, "-o", "bin", "."]);
    const counters = join(target, "counters");
    mkdirSync(counters);
    const output = run(target, "./bin", [], { GOCOVERDIR: counters });
    run(target, "go", ["tool", "covdata", "textfmt", `-i=${counters}`, "-o=profile"]);
    const lines = readFileSync(join(target, "profile"), "utf8").split("\n").toSorted();
    return { output, lines, symbols: run(target, "go", ["tool", "nm", "bin"]) };
  };
  const original = profile("plain", undefined, []);
  const marked = profile("markers", markers, [`-toolexec=${expand}`]);
  expect(marked.symbols).toMatch(/main\.__gotrace_main_/);
  expect(marked.output).toBe(original.output);
  expect(marked.lines).toEqual(original.lines);
  expect(marked.lines.length).toBeGreaterThan(100);
});
