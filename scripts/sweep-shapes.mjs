// npm run sweep:shapes [-- shape…] [-- --go go1.22.12,go1.24.13]: runs the programs and tests of testdata/sweep plain, and
// traced by run, build (with and without recording), test and cover, under several releases of Go and with the language of
// Go 1.21. Output, exit code and coverage must be the same except for addresses, goroutine ids and times. With the last release,
// programs are also traced into a ring, paused, and with calls left out. Prints differences,
// and exits with 1 if there are any. testdata/sweep/known.json lists known ones with their reasons.

import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const gotrace = join(root, "dist/bin/main.js");
const source = join(root, "testdata/sweep");
const known = JSON.parse(readFileSync(join(source, "known.json"), "utf8"));
const words = process.argv.slice(2);
const at = words.indexOf("--go");
const releases = at < 0 ? ["go1.22.12", "go1.24.13", "local"] : words.splice(at, 2)[1].split(",");
const all = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const shapes = all.map(({ name }) => name).filter((name) => words.length === 0 || words.includes(name));
const scratch = mkdtempSync(join(tmpdir(), "gotrace-shapes-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

/** Ways to record less. */
const recordings = [
  { GOTRACE_RING: "64KiB" },
  { GOTRACE_RECORD_MIN: "10us" },
  { GOTRACE_RECORD_DEPTH: "2" },
  { GOTRACE_START: "paused" },
  { GOTRACE_RECORD: "-main$" },
  { GOTRACE_DUMP_WHEN: "panic; /./.time > 1ms", GOTRACE_DUMP_EVERY: "1ns" },
];

function run(command, args, cwd, env) {
  return new Promise((resolve) => {
    const options = {
      cwd,
      env: { ...process.env, GOFLAGS: "", GOWORK: "off", ...env },
      timeout: 300_000,
      maxBuffer: 1 << 28,
    };
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      resolve({ code: error ? (error.code ?? `killed by ${error.signal}`) : 0, stdout, stderr });
    });
    child.stdin.end();
  });
}

/** Removes from a text what differs between any two runs, and what is known to differ for this shape. */
function steady(text, shape) {
  let result = text
    .replace(/0x[0-9a-f]+/g, "0x?")
    .replace(/goroutine \d+/g, "goroutine N")
    .replace(/\d+\.\d+s\b/g, "T")
    .replace(/\([^()\n]*0x\?[^()\n]*\)|\(\{?\.\.\.\}?\)/g, "()")
    .replace(/ \+0x\?/g, "");
  for (const { shapes: names, pattern } of known) {
    if (names.includes(shape)) result = result.replace(new RegExp(pattern, "g"), "KNOWN");
  }
  return result;
}

/** The first lines that differ between two texts. */
function difference(plain, traced) {
  const [a, b] = [plain, traced].map((text) => text.split("\n"));
  const first = a.findIndex((line, index) => line !== b[index]);
  const from = first < 0 ? a.length : first;
  return [
    ...a.slice(from, from + 4).map((line) => `      - ${line}`),
    ...b.slice(from, from + 4).map((line) => `      + ${line}`),
  ];
}

/** The differences between two results, as lines; none if they are the same. */
function compare(shape, mode, plain, traced) {
  const lines = [];
  if (plain.code !== traced.code) lines.push(`    ${mode}: exit code ${plain.code} plain, ${traced.code} traced`);
  for (const part of ["stdout", "stderr", "profile"]) {
    const [a, b] = [plain, traced].map((result) => steady(result[part] ?? "", shape));
    if (a !== b) lines.push(`    ${mode}: ${part}`, ...difference(a, b));
  }
  return lines;
}

/** The ways to run a program. */
async function program(shape, module, env, isLast) {
  const place = join(module, "out", shape);
  mkdirSync(join(place, "trace"), { recursive: true });
  const at = (name) => join(place, name);
  const node = (args, more) => run(process.execPath, [gotrace, ...args], module, { ...env, ...more });
  const built = await run("go", ["build", "-o", at("plain"), `./${shape}`], module, env);
  const traced = await node(["run", "-o", at("tree.txt"), `./${shape}`]);
  if (built.code !== 0) return compare(shape, "does not compile", { ...built, stdout: "" }, traced);
  const plain = await run(at("plain"), [], module, env);
  const lines = compare(shape, "run", plain, traced);
  if (!existsSync(at("tree.txt"))) lines.push("    run: nothing was traced");
  const build = await node(["build", "-o", at("traced"), `./${shape}`]);
  if (build.code !== 0) return [...lines, "    build: fails", `      ${build.stderr}`];
  lines.push(...compare(shape, "build, untraced", plain, await run(at("traced"), [], module, env)));
  const again = await run(at("traced"), [], module, { ...env, GOTRACE_OUT: at("trace") });
  lines.push(...compare(shape, "build, traced", plain, again));
  const report = await node(["report", at("trace")]);
  if (report.code !== 0) lines.push(`    report: ${report.stderr}`);
  for (const recording of isLast ? recordings : []) {
    const [name, value] = Object.entries(recording)[0];
    const mode = `${name}=${value}`;
    rmSync(at("trace"), { recursive: true });
    lines.push(
      ...compare(
        shape,
        mode,
        plain,
        await run(at("traced"), [], module, { ...env, GOTRACE_OUT: at("trace"), ...recording }),
      ),
    );
    const report = await node(["report", at("trace")]);
    if (report.code !== 0) lines.push(`    ${mode}, report: ${report.stderr}`);
  }
  return lines;
}

/** The ways to run a package's tests. */
async function tests(shape, module, env) {
  const lines = [];
  for (const [mode, flags] of [
    ["test", []],
    ["cover", ["-coverprofile=profile"]],
    ["cover, atomic, of all", ["-covermode=atomic", "-coverpkg=./...", "-coverprofile=profile"]],
  ]) {
    // Before the package, -v would also apply to gotrace.
    const words = ["-vet=off", "-count=1", ...flags, `./${shape}`, "-v"];
    const once = async (command, args) => {
      rmSync(join(module, "profile"), { force: true });
      const result = await run(command, args, module, env);
      const path = join(module, "profile");
      // The order of code that runs in parallel differs from run to run.
      const profile = existsSync(path) ? readFileSync(path, "utf8").split("\n").sort().join("\n") : "";
      return { ...result, stdout: result.stdout.split("\n").sort().join("\n"), profile };
    };
    const plain = await once("go", ["test", ...words]);
    const traced = await once(process.execPath, [gotrace, "test", "-o", join(module, "tree.txt"), ...words]);
    lines.push(...compare(shape, mode, plain, traced));
  }
  return lines;
}

let failures = 0;
for (const [release, language] of [...releases.map((name) => [name]), [releases.at(-1), "1.21"]]) {
  const module = join(scratch, `${release}-${language ?? "own"}`);
  cpSync(source, module, { recursive: true });
  const env = { GOTOOLCHAIN: release };
  const version = (await run("go", ["env", "GOVERSION"], root, env)).stdout.trim();
  const minor = /^go(1\.\d+)/.exec(version)?.[1];
  if (minor === undefined) {
    console.log(`${release}: not available`);
    failures++;
    continue;
  }
  writeFileSync(
    join(module, "go.mod"),
    `module sweep\n\ngo ${language ?? minor}${language || minor === "1.21" ? "" : ".0"}\n`,
  );
  const bad = [];
  for (const shape of shapes) {
    const isTested = readdirSync(join(module, shape)).some((name) => name.endsWith("_test.go"));
    const lines = await (isTested ? tests : program)(shape, module, env, release === releases.at(-1));
    if (lines.length > 0) bad.push(`  ${shape}`, ...lines);
    failures += lines.length > 0 ? 1 : 0;
  }
  const title = `${version}${language ? `, language of Go ${language}` : ""}`;
  console.log(`${title}: ${shapes.length} shapes${bad.length === 0 ? ", all alike" : ""}`);
  for (const line of bad) console.log(line);
  rmSync(module, { recursive: true, force: true });
}
process.exitCode = failures > 0 ? 1 : 0;
