// npm run sweep:arch [-- linux/arm64 …]: builds testdata/arch with `gotrace build` for other systems and processors, runs it
// under an emulator (qemu-user or wine; Debian has packages of these names) with every way to end, and compares its calls with
// those on this machine. Then runs the tests of the runtime module there. Skips targets without an emulator, with a message.
// Exits with 1 if any calls differ or a test fails.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const gotrace = join(root, "dist/bin/main.js");
const modes = ["plain", "close", "kill", "panic", "exit"];

/** The emulator for a target's programs on linux/amd64; undefined if the kernel runs them. */
const emulators = {
  "linux/arm64": "qemu-aarch64",
  "linux/386": undefined,
  "linux/riscv64": "qemu-riscv64",
  "linux/arm": "qemu-arm",
  "linux/mipsle": "qemu-mipsel",
  "linux/mips64le": "qemu-mips64el",
  "linux/ppc64le": "qemu-ppc64le",
  "windows/amd64": "wine",
};
/** The tests of the runtime module that an emulator can run. */
const runtimeTests =
  "Tree|Panics|Calibrate|Spawn|Golden|Parse|Foreign|Ends/(kill|exit|panic|nil)$|Ring(Narrow)?$|Triggers|Dumps|Pause|Select|Minimum|Depth$|Toggled";

const scratch = mkdtempSync(join(tmpdir(), "gotrace-arch-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

const wine = { WINEDEBUG: "-all", WINEPREFIX: join(scratch, "wine") };

function run(command, args, { env = {}, cwd = root } = {}) {
  const options = { cwd, env: { ...process.env, ...env }, encoding: "utf8", timeout: 600_000, maxBuffer: 1 << 28 };
  return spawnSync(command, args, options);
}

/** The calls of a tree by path, with how they ended: these must be the same everywhere. */
function calls(nodes, path = "", into = {}) {
  for (const node of nodes) {
    const key = `${path}/${node.name}`;
    const ends = ["recovered", "end", "panics", "goexits", "running"].map((end) => JSON.stringify(node[end] ?? 0));
    into[key] = `${node.calls} ${ends.join(" ")}`;
    calls(node.children, key, into);
  }
  return into;
}

function build(target) {
  const [GOOS, GOARCH] = target.split("/");
  const binary = join(scratch, `${target.replace("/", "-")}${GOOS === "windows" ? ".exe" : ""}`);
  const env = { GOOS, GOARCH, CGO_ENABLED: "0" };
  const built = run(process.execPath, [gotrace, "build", "-o", binary, "."], { env, cwd: join(root, "testdata/arch") });
  if (built.status !== 0) throw new Error(`${target} does not build:\n${built.stderr}`);
  return binary;
}

/** Runs a mode and reads its trace. */
function record(binary, emulator, mode) {
  const traces = join(scratch, "traces");
  mkdirSync(traces);
  try {
    const out = emulator === "wine" ? `Z:${traces}` : traces;
    const [command, args] = emulator ? [emulator, [binary, mode]] : [binary, [mode]];
    const ran = run(command, args, { env: { ...wine, GOTRACE_OUT: out } });
    const report = run(process.execPath, [gotrace, "report", "--format", "json", traces]);
    const paces = [...ran.stdout.matchAll(/depth \d+: ([\d.]+) .*/g)];
    const [flat, deep] = paces.map(([, microseconds]) => Number(microseconds));
    // A hook that walks the stack takes a hundred times as long. Ten times is more than noise explains.
    const walks = deep > 10 * flat + 1 ? `calls at depth 100 take ${deep} us, at depth 0 ${flat} us` : undefined;
    const errors = [report.stderr.trim(), ...(walks ? [walks] : [])].filter((line) => line !== "").join("\n");
    return {
      calls: report.status === 0 ? calls(JSON.parse(report.stdout)) : {},
      errors,
      paces: paces.map(([line]) => line),
    };
  } finally {
    rmSync(traces, { recursive: true });
  }
}

function differences(here, there) {
  const paths = new Set([...Object.keys(here), ...Object.keys(there)]);
  return [...paths]
    .filter((path) => here[path] !== there[path])
    .map((path) => `${path}: ${here[path]} | ${there[path]}`);
}

/**
 * Sets up a Windows environment for wine. Go needs a library that wine has since version 9; for older versions it is compiled.
 * @returns a message that says what is missing
 */
function prepareWine() {
  run("wine", ["wineboot"], { env: wine });
  const system = join(wine.WINEPREFIX, "drive_c/windows/system32");
  if (existsSync(join(system, "bcryptprimitives.dll"))) return undefined;
  const source = join(scratch, "prng.c");
  writeFileSync(
    source,
    `__declspec(dllimport) unsigned char __stdcall SystemFunction036(void *, unsigned long);
__declspec(dllexport) int __stdcall ProcessPrng(unsigned char *to, unsigned long long n) { return SystemFunction036(to, n); }
`,
  );
  const library = join(system, "bcryptprimitives.dll");
  const compiled = run("x86_64-w64-mingw32-gcc", ["-shared", "-o", library, source, "-ladvapi32"]);
  return compiled.status === 0
    ? undefined
    : "wine 9, nor a compiler for its bcryptprimitives.dll (gcc-mingw-w64-x86-64)";
}

function isInstalled(emulator) {
  return emulator === undefined || run("sh", ["-c", `command -v ${emulator}`]).status === 0;
}

const chosen = process.argv.slice(2);
let failed = false;
const reference = build("linux/amd64");
const expected = Object.fromEntries(modes.map((mode) => [mode, record(reference, undefined, mode)]));
console.log(`linux/amd64: ${Object.keys(expected.plain.calls).length} paths; ${expected.plain.paces.join("; ")}`);
for (const [target, emulator] of Object.entries(emulators)) {
  if (chosen.length > 0 && !chosen.includes(target)) continue;
  if (!isInstalled(emulator)) {
    console.log(
      `${target}: left out, there is no ${emulator} (apt-get install ${emulator === "wine" ? "wine" : "qemu-user"})`,
    );
    continue;
  }
  const missing = emulator === "wine" ? prepareWine() : undefined;
  if (missing !== undefined) {
    console.log(`${target}: left out, there is no ${missing}`);
    continue;
  }
  const binary = build(target);
  const results = [];
  for (const mode of modes) {
    const { calls: found, errors } = record(binary, emulator, mode);
    const wrong = differences(expected[mode].calls, found);
    if (errors !== "") wrong.push(errors);
    results.push(`${mode} ${wrong.length === 0 ? "same" : "DIFFERS"}`);
    failed ||= wrong.length > 0;
    for (const line of wrong.slice(0, 10)) results.push(`\n    ${line}`);
  }
  if (target.startsWith("linux/")) {
    const env = { GOARCH: target.split("/")[1], CGO_ENABLED: "0", ...(emulator ? { RT_EMULATOR: emulator } : {}) };
    const args = ["test", "-count=1", ...(emulator ? ["-exec", emulator, "-run", runtimeTests] : []), "."];
    const tested = run("go", args, { env, cwd: join(root, "runtime-go") });
    results.push(`runtime tests ${tested.status === 0 ? "pass" : `FAIL\n${tested.stdout}${tested.stderr}`}`);
    failed ||= tested.status !== 0;
  }
  console.log(`${target}: ${results.join(", ")}; ${record(binary, emulator, "plain").paces.join("; ")}`);
}
process.exitCode = failed ? 1 : 0;
