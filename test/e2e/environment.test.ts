/** Environments in which gotrace runs: it works, or says in two lines what to change. */

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isInMemory } from "../../src/cli/run/limits.js";
import { main } from "../support/bundle.js";
import { filesOn, go, gotrace, names, type Result, repository, temporaryDirectory } from "./support.js";

const app = {
  "go.mod": "module app\n\ngo 1.21\n",
  "main.go": 'package main\n\nimport "app/lib"\n\nfunc main() { lib.F() }\n',
  "lib/lib.go": "package lib\n\nfunc F() {}\n",
};

function expectTwoLines(result: Result, code: number): void {
  expect(result, result.stderr).toMatchObject({ code });
  expect(result.stderr).toMatch(/^gotrace: [^\n]+\n {2}[^\n]+\n$/);
}

test("report needs no cache, all else says what to set", () => {
  const cwd = filesOn(app);
  expect(gotrace(["json", "--save", "t", "."], { cwd })).toMatchObject({ code: 0 });
  for (const env of [{ GOTRACE_CACHE: "/proc/x" }, { GOTRACE_CACHE: "/dev/null/x" }, { GOTRACE_CACHE: "/proc" }]) {
    expect(gotrace(["report", "t"], { cwd, env })).toMatchObject({ code: 0, stderr: "" });
    const refused = gotrace(["run", "."], { cwd, env });
    expectTwoLines(refused, 73);
    expect(refused.stderr).toContain("GOTRACE_CACHE");
  }
});

test("directories in which nothing can be made are refused at once", () => {
  const cwd = filesOn(app);
  expectTwoLines(gotrace(["run", "."], { cwd, env: { XDG_CACHE_HOME: "/proc/x", GOTRACE_CACHE: undefined } }), 73);
  expectTwoLines(gotrace(["run", "."], { cwd, env: { TMPDIR: "/proc", GOTMPDIR: temporaryDirectory() } }), 73);
  expectTwoLines(gotrace(["instrument", "-o", "/proc/x/y"], { cwd }), 73);
  const plain = gotrace(["run", "."], { cwd, env: { TMPDIR: "/proc" } });
  expect(plain).toMatchObject({ code: 1, stdout: "" });
  expect(plain.stderr).toMatch(/^go: [^\n]*\/proc\/[^\n]*\n$/);
});

test("a TMPDIR that is no place for files: what needs none works, the others say so", () => {
  const cwd = filesOn({ ...app, file: "" });
  expect(gotrace(["json", "--save", "t", "."], { cwd })).toMatchObject({ code: 0 });
  const missing = { TMPDIR: join(cwd, "missing") };
  for (const words of [["report", "t"], ["stats", "t"], ["calls", "main.main", "t"], ["diff", "t", "t"], ["help"]]) {
    expect(gotrace(words, { cwd, env: missing }), words[0]).toMatchObject({ code: 0, stderr: "" });
  }
  const advice = "  set TMPDIR to a directory with free space that gotrace may write to\n";
  for (const words of [
    ["run", "."],
    ["json", "."],
    ["test", "./..."],
    ["build", "-o", "b", "."],
    ["instrument", "-o", "i"],
  ]) {
    expect(gotrace(words, { cwd, env: missing }), words[0]).toEqual({
      code: 73,
      stdout: "",
      stderr: `gotrace: TMPDIR=${missing.TMPDIR} does not exist\n${advice}`,
    });
  }
  // A pipe is copied to be read, so it needs the directory.
  const piped = spawnSync("sh", ["-c", 'cat t | "$0" "$1" report /dev/stdin', process.execPath, main], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ...missing },
  });
  expect(piped).toMatchObject({ status: 73, stderr: `gotrace: TMPDIR=${missing.TMPDIR} does not exist\n${advice}` });
  const file = join(cwd, "file");
  expect(gotrace(["run", "."], { cwd, env: { TMPDIR: file } })).toMatchObject({
    code: 73,
    stderr: `gotrace: TMPDIR=${file} is not a directory\n${advice}`,
  });
});

test.each([
  [
    "answers without JSON",
    "echo hello",
    /^gotrace: \S+\/bin\/go is not Go's own command: it answers 'go env -json' with "hello"\n/,
  ],
  [
    "answers nothing",
    "exit 0",
    /^gotrace: \S+\/bin\/go is not Go's own command: it answers 'go env -json' with nothing\n/,
  ],
  ["answers other JSON", "echo '[]'", /^gotrace: \S+\/bin\/go is not Go's own command: .* with "\[\]"\n/],
  ["fails without a word", "exit 3", /^gotrace: go env failed: \S+\/bin\/go ended with exit code 3 and said nothing\n/],
  ["fails with words", "echo no >&2; exit 3", /^gotrace: go env failed: no\n/],
  ["does not say its version", `echo '{"GOVERSION": ""}'`, /^gotrace: \S+\/bin\/go is too old for gotrace\n/],
])("a go command that %s", (_, body, message) => {
  const cwd = filesOn({ ...app, "bin/go": `#!/bin/sh\n${body}\n` }, temporaryDirectory("gotrace-path"));
  chmodSync(join(cwd, "bin/go"), 0o755);
  const result = gotrace(["run", "."], { cwd, env: { PATH: `${join(cwd, "bin")}:${process.env.PATH}` } });
  expectTwoLines(result, 69);
  expect(result.stderr).toMatch(message);
});

test("a go command that cannot be started", () => {
  const cwd = filesOn({ ...app, "bin/go": "#!/missing/interpreter\n" }, temporaryDirectory("gotrace-path"));
  const refused = (PATH: string) => {
    const result = gotrace(["run", "."], { cwd, env: { PATH } });
    expectTwoLines(result, 69);
    return result.stderr;
  };
  const file = join(cwd, "bin/go");
  expect(refused(join(cwd, "bin"))).toContain(`cannot run ${file}: permission denied\n`);
  chmodSync(file, 0o755);
  expect(refused(join(cwd, "bin"))).toContain(
    `cannot run ${file}: the interpreter or loader that it names does not exist`,
  );
  expect(refused(cwd)).toContain("no go command found on PATH");
});

/** Root reads everything, unless it gives up the capabilities for that (Linux). */
const asOthers = process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : ["env"];

test.runIf(process.platform !== "win32" && spawnSync(asOthers[0], [...asOthers.slice(1), "true"]).status === 0)(
  "files and directories that may not be read",
  () => {
    const cwd = filesOn({ ...app, "locked/t.gotrace": "" });
    expect(gotrace(["json", "--save", "t", "."], { cwd })).toMatchObject({ code: 0 });
    const run = (...words: string[]) => {
      const [program, ...rest] = [...asOthers, ...words];
      const { status, stdout, stderr } = spawnSync(program, rest, { cwd, encoding: "utf8" });
      return { code: status ?? -1, stdout, stderr };
    };
    const refused = (code: number, message: string, ...words: string[]) => {
      const result = run(process.execPath, main, ...words);
      expectTwoLines(result, code);
      expect(result.stderr).toContain(`gotrace: ${message}: permission denied\n`);
    };
    for (const path of ["locked", "t", "lib/lib.go"]) chmodSync(join(cwd, path), 0);
    refused(66, "cannot read locked", "report", "locked");
    refused(66, "cannot read locked/t.gotrace", "report", "locked/t.gotrace");
    refused(66, "cannot read t", "report", "t");
    refused(2, "cannot read t", "diff", "t", "t");
    refused(2, "cannot read t", "analyze", "t");
    refused(66, "-C: cannot change to locked", "run", "-C", "locked", ".");
    const plain = run("go", "build", "-o", "/dev/null", ".");
    expect(plain.stderr).toContain("permission denied");
    expect(run(process.execPath, main, "run", ".")).toEqual({ ...plain, stdout: "" });
    for (const path of ["locked", "t"]) chmodSync(join(cwd, path), 0o755);
  },
);

test("relative GOTRACE_CACHE and TMPDIR start where gotrace was started", () => {
  const cwd = filesOn(app);
  const start = temporaryDirectory();
  mkdirSync(join(start, "tmp"));
  const env = { GOTRACE_CACHE: "cache", TMPDIR: "tmp" };
  // go runs in another working directory, so it must not get a relative TMPDIR.
  const words = ["json", "--keep-workspace", "-C", cwd, "."];
  for (let run = 0; run < 2; run++) {
    const result = gotrace(words, { cwd: start, env: { ...env, GOTMPDIR: start } });
    expect(result, result.stderr).toMatchObject({ code: 0 });
    expect(names(result.stdout)).toContain("app/lib.F");
  }
  expect(readdirSync(join(start, "cache")).sort()).toContain("build");
  expect(readdirSync(join(start, "tmp"))).toHaveLength(2);
  expect(existsSync(join(cwd, "cache"))).toBe(false);
});

const shared = "/dev/shm";

test.runIf(isInMemory(shared))("a trace that goes into memory is said, with what helps", () => {
  const cwd = filesOn(app);
  const memory = mkdtempSync(join(shared, "gotrace-test-"));
  try {
    const env = { TMPDIR: memory, GOTMPDIR: temporaryDirectory() };
    const run = gotrace(["run", "--no-keep", "."], { cwd, env });
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(
      /^gotrace: the trace goes to memory, because \/dev\/shm\/\S+ is in a memory file system; set TMPDIR to a directory on disk\n$/,
    );
    // A kept trace always ends up in the cache, and is written there at once if the cache is on disk.
    const cache = temporaryDirectory();
    if (isInMemory(cache)) return;
    expect(gotrace(["run", "."], { cwd, env: { ...env, GOTRACE_CACHE: cache } })).toMatchObject({
      code: 0,
      stderr: "",
    });
  } finally {
    rmSync(memory, { recursive: true, force: true });
  }
});

test("what Limits says of the runtime's system calls", () => {
  const read = (file: string) => readFileSync(join(repository, file), "utf8");
  const line = /^- On Linux the runtime calls .*?(?=\. A seccomp filter)/ms.exec(read("docs/limits.md"))![0];
  const said = [...line.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  const names = {
    ...{ yieldnr: "sched_yield", prlimit: "prlimit64", pwrite: "pwrite64", clockget: "clock_gettime" },
    getdents: "getdents64",
  };
  for (const processor of ["amd64", "arm64"]) {
    const numbers = [...read(`runtime-go/sys_linux_${processor}.go`).matchAll(/^\tsys(\w+) +=/gm)];
    const called = numbers.map(([, name]) => names[name.toLowerCase() as keyof typeof names] ?? name.toLowerCase());
    expect(said.sort(), processor).toEqual(called.sort());
  }
});

test("a working directory with a symbolic link in its path", () => {
  const root = filesOn(Object.fromEntries(Object.entries(app).map(([path, text]) => [`real/${path}`, text])));
  symlinkSync("real", join(root, "link"));
  const cwd = join(root, "link");
  const traced = (...flags: string[]) => {
    const result = gotrace(["json", ...flags, "."], { cwd });
    expect(result, result.stderr).toMatchObject({ code: 0, stderr: "" });
    return names(result.stdout);
  };
  expect(traced()).toContain("main.main");
  expect(traced("--include", "./lib")).toEqual(["app/lib.F"]);
  // go names the files that do not compile when rewritten; the others stay traced.
  const refuse =
    'for w; do case "$w" in *-lib.go) grep -q "Enter(" "$w" && { echo "lib/lib.go:3:1: no" >&2; exit 1; };; esac; done\nexec "$@"\n';
  filesOn({ "refuse.sh": refuse, "real/lib/lib.go": "package lib\n\nfunc F() { _ = 1 }\n" }, root);
  const env = { GOFLAGS: `"-toolexec=sh '${join(root, "refuse.sh")}'"` };
  const refused = gotrace(["json", "--include", "./...", "."], { cwd, env });
  expect(refused.stderr).toMatch(/lib\/lib\.go is not traced: line 3: no/);
  expect(names(refused.stdout)).toContain("main.main");
  const flags = ["-overlay=overlay.json"];
  filesOn({ "real/overlay.json": JSON.stringify({ Replace: { "main.go": "other.txt" } }) }, root);
  filesOn({ "real/other.txt": "package main\n\nfunc main() { other() }\n\nfunc other() {}\n" }, root);
  expect(traced(...flags)).toContain("main.other");
});

test("-mod=vendor without what it needs: Go's own words", () => {
  const cwd = filesOn({ ...app, "go.mod": "module app\n\ngo 1.21\n\nrequire example.com/dep v1.0.0\n" });
  const env = { GOFLAGS: "-mod=vendor" };
  const plain = go(["build", "-o", "/dev/null", "."], { cwd, env });
  expect(plain.code).toBe(1);
  expect(gotrace(["run", "."], { cwd, env })).toEqual({ code: 1, stdout: "", stderr: plain.stderr });
});

test("a working directory that was removed", () => {
  const root = temporaryDirectory();
  const gone = join(root, "gone");
  mkdirSync(gone);
  const words = [gone, process.execPath, main];
  const done = spawnSync("sh", ["-c", 'cd "$0" && rmdir "$0" && exec "$1" "$2" run .', ...words], { encoding: "utf8" });
  expectTwoLines({ code: done.status ?? -1, stdout: done.stdout, stderr: done.stderr }, 66);
});

test("run and test remove what the cache has held too long", () => {
  const cwd = filesOn({ ...app, "main_test.go": 'package main\n\nimport "testing"\n\nfunc TestA(t *testing.T) {}\n' });
  for (const command of ["run", "test"]) {
    const cache = temporaryDirectory();
    filesOn({ "src/old.go": "" }, cache);
    utimesSync(join(cache, "src/old.go"), 0, 0);
    const result = gotrace([command, "."], { cwd, env: { GOTRACE_CACHE: cache } });
    expect(result.code, result.stderr).toBe(0);
    expect(existsSync(join(cache, "src/old.go")), command).toBe(false);
    expect(readdirSync(join(cache, "src")).length).toBeGreaterThan(2);
  }
});
