// npm run suites [-- filter…]: the test suites of well-known modules under `go test ./...` and `gotrace test ./...`: the same
// tests must pass, fail and be skipped. Modules come from the Go module proxy. Prints a Markdown table for docs/suites.md.

import { execFile, execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const gotrace = join(root, "dist/bin/main.js");
const suites = JSON.parse(readFileSync(join(root, "test/conformance/suites.json"), "utf8"));
const filters = process.argv.slice(2);
const scratch = join(tmpdir(), "gotrace-suites");
mkdirSync(scratch, { recursive: true });

function run(command, args, cwd) {
  return new Promise((resolve) => {
    const env = { ...process.env, GOFLAGS: "", GOWORK: "off" };
    execFile(
      command,
      args,
      { cwd, env, timeout: 900_000, maxBuffer: 1 << 30, encoding: "utf8" },
      (error, stdout, stderr) => {
        resolve({ code: error ? (error.code ?? `killed by ${error.signal}`) : 0, stdout, stderr });
      },
    );
  });
}

/** Names of tests may hold addresses and times, which are others in every run. */
function steady(name) {
  return name.replace(/0x[0-9a-f]+/g, "0x?").replace(/time\.Date\([^)]*\)|\d{4}-\d\d-\d\dT[\d:.]+/g, "time?");
}

/** Outcome of every test from `go test -json`. */
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

function place({ module, version }) {
  const directory = join(scratch, `${module}@${version}`.replaceAll("/", "_"));
  if (!existsSync(join(directory, "go.mod"))) {
    const info = JSON.parse(
      execFileSync("go", ["mod", "download", "-json", `${module}@${version}`], {
        cwd: scratch,
        env: { ...process.env, GOFLAGS: "-mod=mod" },
        encoding: "utf8",
      }),
    );
    cpSync(info.Dir, directory, { recursive: true });
    execFileSync("chmod", ["-R", "u+w", directory]);
  }
  return directory;
}

const count = (results, status) => [...results.values()].filter((value) => value === status).length;

console.log("| module | kind | tests passed | failed | skipped | differences |\n|---|---|---|---|---|---|");
let bad = 0;
for (const suite of suites) {
  if (filters.length > 0 && !filters.some((filter) => suite.module.includes(filter))) continue;
  const cwd = place(suite);
  const flags = ["-json", "-count=1", ...(suite.flags ?? [])];
  const packages = suite.packages ?? ["./..."];
  const plain = outcomes((await run("go", ["test", "-vet=off", ...flags, ...packages], cwd)).stdout);
  const run1 = await run(
    process.execPath,
    [gotrace, "test", "-o", "/dev/null", ...(suite.traceFlags ?? []), ...packages, ...flags],
    cwd,
  );
  const traced = outcomes(run1.stdout);
  const keys = new Set([...plain.keys(), ...traced.keys()]);
  const different = [...keys].filter((key) => plain.get(key) !== traced.get(key));
  const unexpected = different.filter((key) => !(suite.known ?? []).some((entry) => new RegExp(entry.tests).test(key)));
  bad += unexpected.length;
  console.log(
    `| ${suite.module} ${suite.version} | ${suite.kind} | ${count(plain, "pass")} | ${count(plain, "fail")} | ${count(plain, "skip")} | ${different.length === 0 ? "none" : `${different.length} (${unexpected.length} not listed)`} |`,
  );
  for (const key of different) console.log(`<!-- ${key}: plain ${plain.get(key)}, traced ${traced.get(key)} -->`);
  if (traced.size === 0) console.log(`<!-- ${run1.stderr.slice(0, 2000)} -->`);
  if (process.env.GOTRACE_SUITES_CLEAN) rmSync(cwd, { recursive: true, force: true });
}
process.exitCode = bad > 0 ? 1 : 0;
