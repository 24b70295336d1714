// npm run suites [-- --only NAME… | --list | --repeat N]: runs the test suites of well-known modules with `go test` and with
// `gotrace test`. The same tests must pass, fail and be skipped. test/conformance/suites.json lists the modules, which come
// from the Go module proxy. Prints a Markdown table for docs/conformance.md; the outputs stay in the scratch directory.
//
// A test that differs is run again on both sides (--repeat, by default twice). If plain runs differ among themselves, the test
// is flaky and tracing is not to blame. Exits with 1 if a difference is not listed, nothing was traced, or no test ran in more
// than a tenth of the packages with tests.

import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const gotrace = join(root, "dist/bin/main.js");
const suites = JSON.parse(readFileSync(join(root, "test/conformance/suites.json"), "utf8"));
const scratch = join(tmpdir(), "gotrace-suites");

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string", multiple: true, default: [] },
    list: { type: "boolean", default: false },
    repeat: { type: "string", default: "2" },
  },
});

/** Runs a command in its own process group with its output in files; after 15 minutes the whole group is killed. */
function run(command, args, cwd, output) {
  const began = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, GOFLAGS: "", GOWORK: "off" },
      stdio: ["ignore", openSync(`${output}.json`, "w"), openSync(`${output}.stderr`, "w")],
      detached: true,
    });
    const clock = setTimeout(() => process.kill(-child.pid, "SIGKILL"), 900_000);
    child.on("exit", (code, signal) => {
      clearTimeout(clock);
      resolve({
        code: code ?? signal,
        seconds: (performance.now() - began) / 1000,
        results: outcomes(readFileSync(`${output}.json`, "utf8")),
      });
    });
  });
}

/** Replaces addresses and times in names of tests, which differ from run to run. */
function steady(name) {
  return name.replace(/0x[0-9a-f]+/g, "0x?").replace(/time\.Date\([^)]*\)|\d{4}-\d\d-\d\dT[\d:.]+/g, "time?");
}

/** Reads the outcome of each package and test from the output of `go test -json`. */
function outcomes(stdout) {
  const found = new Map();
  for (const line of stdout.split("\n")) {
    if (!line.startsWith("{")) continue;
    let event;
    try {
      event = JSON.parse(line);
    } catch {
      continue;
    }
    if (["pass", "fail", "skip"].includes(event.Action))
      found.set(steady(`${event.Package} ${event.Test ?? ""}`.trim()), event.Action);
  }
  return found;
}

/** Makes a writable copy of the module in its own directory. */
function place({ module, version }) {
  const directory = join(scratch, `${module}@${version}`.replaceAll("/", "_"));
  if (!existsSync(join(directory, "go.mod"))) {
    rmSync(directory, { recursive: true, force: true });
    const info = JSON.parse(
      execFileSync("go", ["mod", "download", "-json", `${module}@${version}`], {
        cwd: scratch,
        env: { ...process.env, GOFLAGS: "-mod=mod" },
        encoding: "utf8",
      }),
    );
    cpSync(info.Dir, directory, { recursive: true });
    execFileSync("chmod", ["-R", "u+w", directory]);
    // A module's zip has no vendored packages, but maybe vendor/modules.txt, which would make go expect them.
    rmSync(join(directory, "vendor"), { recursive: true, force: true });
  }
  return directory;
}

const packagesIn = (cwd, patterns) =>
  execFileSync("go", ["list", "-e", ...patterns], {
    cwd,
    env: { ...process.env, GOFLAGS: "", GOWORK: "off" },
    encoding: "utf8",
  })
    .split("\n")
    .filter(Boolean);

/** The packages of a suite: those that its patterns match, except those that `leftOut` matches. */
function selected(suite, cwd) {
  const out = (suite.leftOut ?? []).flatMap((entry) => entry.packages);
  const without = out.length === 0 ? new Set() : new Set(packagesIn(cwd, out));
  return packagesIn(cwd, suite.packages ?? ["./..."]).filter((name) => !without.has(name));
}

async function both(suite, cwd, packages, output) {
  const flags = ["-json", "-count=1", ...(suite.flags ?? [])];
  const report = `${output}-report.txt`;
  const plain = await run("go", ["test", ...flags, ...packages], cwd, `${output}-plain`);
  const traced = await run(
    process.execPath,
    [gotrace, "test", "--no-keep", "-o", report, ...(suite.traceFlags ?? []), ...packages, ...flags],
    cwd,
    `${output}-traced`,
  );
  const text = existsSync(report) ? readFileSync(report, "utf8") : "";
  return { plain, traced, report: text };
}

/** Tests that differ, with the results of every run: `plain` and `traced` are lists. */
async function differences(suite, cwd, first, output) {
  const keys = new Set([...first.plain.results.keys(), ...first.traced.results.keys()]);
  const differ = [...keys].filter((key) => first.plain.results.get(key) !== first.traced.results.get(key));
  const rounds = [first];
  const packages = [...new Set(differ.map((key) => key.split(" ")[0]))];
  for (let n = 1; differ.length > 0 && n <= Number(options.repeat); n++)
    rounds.push(await both(suite, cwd, packages, `${output}-again${n}`));
  return differ.map((key) => {
    const plain = rounds.map((round) => round.plain.results.get(key) ?? "none");
    const traced = rounds.map((round) => round.traced.results.get(key) ?? "none");
    const listed = (suite.known ?? []).some((entry) => new RegExp(entry.tests).test(key));
    // Plain runs differ among themselves, or it is a subtest whose name differs from run to run.
    const isSeenOnce =
      plain.every((result) => result === "none") && traced.filter((result) => result !== "none").length === 1;
    const unsteady = new Set(plain).size > 1 || (isSeenOnce && rounds.length > 1 && !traced.includes("fail"));
    return { key, plain, traced, listed, unsteady };
  });
}

/** Packages of which no test ran because they do not compile. */
function notBuilt(results) {
  const keys = [...results.keys()];
  const ran = new Set(keys.filter((key) => key.includes(" ")).map((key) => key.split(" ")[0]));
  return keys.filter((key) => !key.includes(" ") && results.get(key) === "fail" && !ran.has(key));
}

const count = (results, status) => [...results.values()].filter((value) => value === status).length;

function words(found) {
  if (found.length === 0) return "none";
  const unsteady = found.filter((entry) => entry.unsteady && !entry.listed).length;
  const fresh = found.filter((entry) => !entry.unsteady && !entry.listed).length;
  const parts = [`${found.length}`];
  if (unsteady > 0) parts.push(`${unsteady} unsteady`);
  if (fresh > 0) parts.push(`${fresh} not listed`);
  return parts.join(", ");
}

const wanted = [...options.only, ...positionals];
const chosen = suites.filter((suite) => wanted.length === 0 || wanted.some((name) => suite.module.includes(name)));
if (chosen.length === 0) {
  console.error(`suites: no module matches ${wanted.join(", ")}; --list shows them`);
  process.exit(64);
}
if (options.list) {
  for (const { module, version, kind } of chosen) console.log(`${module} ${version}  ${kind}`);
  process.exit(0);
}

mkdirSync(scratch, { recursive: true });
const version = execFileSync("go", ["version"], { encoding: "utf8" }).trim();
console.log(`${version}\n`);
console.log("| module | kind | tests passed | failed | skipped | differences | plain | traced |");
console.log("|---|---|---|---|---|---|---|---|");
let bad = 0;
for (const suite of chosen) {
  const cwd = place(suite);
  const output = `${cwd}.out`;
  const packages = selected(suite, cwd);
  const first = await both(suite, cwd, packages, output);
  const { plain, traced, report } = first;
  const found = await differences(suite, cwd, first, output);
  const events = [...report.matchAll(/^([\d,]+) events?,/gm)].reduce(
    (sum, m) => sum + Number(m[1].replaceAll(",", "")),
    0,
  );
  const name = [suite.module, suite.version, ...(suite.flags ?? []).map((flag) => `\`${flag}\``)].join(" ");
  const counts = ["pass", "fail", "skip"].map((status) => count(plain.results, status)).join(" | ");
  const times = [plain, traced].map((side) => `${side.seconds.toFixed(0)} s`).join(" | ");
  console.log(`| ${name} | ${suite.kind} | ${counts} | ${words(found)} | ${times} |`);
  for (const entry of found) {
    const state = entry.listed ? "listed" : entry.unsteady ? "unsteady" : "NOT LISTED";
    console.log(`<!-- ${state}: ${entry.key}: plain ${entry.plain.join(" ")}, traced ${entry.traced.join(" ")} -->`);
  }
  const broken = notBuilt(plain.results);
  if (broken.length > 0) console.log(`<!-- no test of these ran, plain either: ${broken.join(" ")} -->`);
  if (events === 0) console.log(`<!-- NOTHING TRACED: see ${output}-traced.stderr -->`);
  if (plain.code !== traced.code) console.log(`<!-- exit code: plain ${plain.code}, traced ${traced.code} -->`);
  bad += found.filter((entry) => !entry.listed && !entry.unsteady).length + (events === 0 ? 1 : 0);
  if (broken.length * 10 > packages.length) bad++;
  console.error(
    `${suite.module}: report of ${report.split("\n").length} lines, ${events} events in the packages it shows`,
  );
  if (process.env.GOTRACE_SUITES_CLEAN) rmSync(cwd, { recursive: true, force: true });
}
process.exitCode = bad > 0 ? 1 : 0;
