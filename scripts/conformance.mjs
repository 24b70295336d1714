// npm run conformance [-- filter…]: runs every "// run" program of $(go env GOROOT)/test plain and traced. Exit code,
// standard output and standard error must be the same. Known differences and their causes are in
// test/conformance/known.json; an unlisted difference fails, and so does a listed one that is gone. Needs no network; takes
// about half an hour on two cores.

import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const gotrace = join(root, "dist/bin/main.js");
const goroot = execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim();
const tests = join(goroot, "test");
const known = JSON.parse(readFileSync(join(root, "test/conformance/known.json"), "utf8"));
const filters = process.argv.slice(2);
const scratch = mkdtempSync(join(tmpdir(), "gotrace-conformance-"));
const limit = 600_000;

function* goFiles(directory) {
  for (const name of readdirSync(directory).sort()) {
    const path = join(directory, name);
    if (statSync(path).isDirectory()) {
      if (!name.endsWith(".dir")) yield* goFiles(path);
    } else if (name.endsWith(".go")) yield path;
  }
}

/** Parses the "// run [flags] [args]" line as cmd/internal/testdir does; undefined without one, or for another system. */
function action(file) {
  let words;
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (line.startsWith("//go:build") && !buildable(line)) return undefined;
    if (/^\/\/ run(\s|$)/.test(line)) words ??= split(line.slice("// run".length));
    if (line !== "" && !line.startsWith("//")) break;
  }
  return words;
}

/** Splits a line into words, which may be quoted in part or as a whole: -gcflags="-l -d=x". */
function split(text) {
  return [...text.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word.replace(/["']/g, ""));
}

function buildable(line) {
  const expression = line
    .slice("//go:build".length)
    .replace(/[A-Za-z0-9_.]+/g, (tag) =>
      String(
        ["linux", "unix", "amd64", "cgo", "gc", "goexperiment.regabiwrappers"].includes(tag) || /^go1\.\d+$/.test(tag),
      ),
    );
  return Function(`return ${expression}`)();
}

function run(command, args, cwd, env) {
  return new Promise((resolve) => {
    execFile(
      command,
      args,
      {
        cwd,
        env: { ...process.env, ...env },
        timeout: limit,
        killSignal: "SIGKILL",
        maxBuffer: 1 << 28,
        encoding: "buffer",
      },
      (error, stdout, stderr) => {
        resolve({
          code: error ? (error.code ?? `killed by ${error.signal}`) : 0,
          stdout: stdout.toString("latin1"),
          // gotrace prints progress if reading takes longer than a second; that is not the program's output.
          stderr: stderr.toString("latin1").replace(/^gotrace: reading the trace \(.*\)\n/gm, ""),
        });
      },
    );
  });
}

/** Replaces what differs between runs of a program: addresses, goroutine numbers, pids, paths of the temporary binary. */
function normalized(text) {
  return text
    .replace(/0x[0-9a-f]+/g, "0x?")
    .replace(/goroutine \d+/g, "goroutine ?")
    .replace(/\+0x\?/g, "")
    .replace(/^exit status \d+\n/gm, "")
    .replace(/\n\t[^\n]*gotrace\.internal[^\n]*/g, "");
}

function difference(plain, traced) {
  if (plain.code !== traced.code)
    return `exit code ${plain.code} plain, ${traced.code} traced: ${traced.stderr.split("\n").slice(0, 3).join(" | ")}`;
  for (const stream of ["stdout", "stderr"]) {
    const [a, b] = [normalized(plain[stream]), normalized(traced[stream])];
    if (a === b) continue;
    const [left, right] = [a.split("\n"), b.split("\n")];
    const at = left.findIndex((line, index) => line !== right[index]);
    return `${stream} line ${at + 1}: plain ${JSON.stringify((left[at] ?? "").slice(0, 120))}, traced ${JSON.stringify((right[at] ?? "").slice(0, 120))}`;
  }
  return undefined;
}

async function compare(file, index) {
  const words = action(file);
  if (words === undefined) return undefined;
  const first = words.findIndex((word) => !word.startsWith("-"));
  const flags = first < 0 ? words : words.slice(0, first);
  // As in Go's test driver, words that end in .go are further source files.
  const sources = words.filter((word) => word.endsWith(".go")).map((word) => join(file, "..", word));
  const args = words.slice(flags.length).filter((word) => !word.endsWith(".go"));
  const go = {
    GOFLAGS: "",
    GO111MODULE: "",
    GOEXPERIMENT: flags.find((flag) => flag.startsWith("-goexperiment"))?.split("=")[1] ?? "",
  };
  const goFlags = flags.filter((flag) => !flag.startsWith("-goexperiment"));
  const binary = join(scratch, `plain-${index}`);
  const built = await run("go", ["build", ...goFlags, "-o", binary, file, ...sources], tests, go);
  if (built.code !== 0) return { status: "unbuildable", found: built.stderr.split("\n").slice(0, 2).join(" | ") };
  const plain = await run(binary, args, join(file, ".."), go);
  rmSync(binary, { force: true });
  const report = join(scratch, `tree-${index}`);
  const traced = await run(
    process.execPath,
    [gotrace, "run", "--no-keep", "-o", report, ...goFlags, file, ...sources, ...args],
    join(file, ".."),
    go,
  );
  rmSync(report, { force: true });
  const found = difference(plain, traced);
  if (found === undefined) return { status: "same" };
  // A program whose plain runs differ cannot be judged.
  await run("go", ["build", ...goFlags, "-o", binary, file, ...sources], tests, go);
  const again = await run(binary, args, join(file, ".."), go);
  rmSync(binary, { force: true });
  if (difference(plain, again) !== undefined) return { status: "unsteady" };
  return { status: "different", found };
}

const files = [...goFiles(tests)].filter(
  (file) => filters.length === 0 || filters.some((filter) => file.includes(filter)),
);
const counts = { same: 0, different: 0, unsteady: 0, unbuildable: 0 };
const problems = [];
let next = 0;
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    while (next < files.length) {
      const index = next++;
      const name = relative(tests, files[index]);
      const result = await compare(files[index], index);
      if (result === undefined) continue;
      counts[result.status]++;
      if (result.status === "unbuildable" || result.status === "unsteady")
        console.log(`${result.status} ${name}: ${result.found ?? ""}`);
      if (result.status === "different" && known[name] === undefined) problems.push(`${name}: ${result.found}`);
      if (result.status === "different") console.log(`different ${name}: ${result.found}`);
      if (result.status === "same" && known[name]?.always)
        problems.push(`${name}: listed as different, but is the same`);
    }
  }),
);
rmSync(scratch, { recursive: true, force: true });
console.log(
  JSON.stringify({
    go: execFileSync("go", ["env", "GOVERSION"], { encoding: "utf8" }).trim(),
    programs: Object.values(counts).reduce((a, b) => a + b),
    ...counts,
    listed: Object.keys(known).length,
  }),
);
for (const problem of problems) console.log(`NOT LISTED ${problem}`);
if (filters.length === 0)
  writeFileSync(join(tmpdir(), "gotrace-conformance.json"), JSON.stringify({ counts, problems }, null, 1));
process.exitCode = problems.length > 0 ? 1 : 0;
