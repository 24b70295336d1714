import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { filesOn, go, gotrace, startGotrace, temporaryDirectory } from "./support.js";

const says = (text: string) => `package main\n\nfunc main() { println("${text}") }\n`;

/** A wrapper of go that waits after each build until it may continue. */
function patientGo(directory: string): { PATH: string } {
  const real = join(go(["env", "GOROOT"], { cwd: directory }).stdout.trim(), "bin/go");
  const script = `#!/bin/sh
'${real}' "$@" || exit
[ "$1" = build ] || exit 0
: > '${directory}/built'
while [ ! -e '${directory}/go-on' ]; do sleep 0.02; done
`;
  writeFileSync(join(directory, "go"), script);
  chmodSync(join(directory, "go"), 0o755);
  return { PATH: `${directory}${delimiter}${process.env.PATH}` };
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; !condition(); i++) {
    if (i > 3000) throw new Error("this takes too long");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("a run runs what it has built, whatever another run of the same target builds meanwhile", async () => {
  const cwd = filesOn({ "go.mod": "module m\n\ngo 1.21\n", "main.go": says("first") });
  const pause = temporaryDirectory();
  const cache = { GOTRACE_CACHE: temporaryDirectory() };
  const child = startGotrace(["run", "."], { cwd, env: { ...cache, ...patientGo(pause) } });
  let output = "";
  child.stderr.on("data", (data) => {
    output += data;
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  await until(() => existsSync(join(pause, "built")));
  writeFileSync(join(cwd, "main.go"), says("second"));
  expect(gotrace(["run", "."], { cwd, env: cache }).stderr).toBe("second\n");
  writeFileSync(join(pause, "go-on"), "");
  expect(await ended).toBe(0);
  expect(output).toBe("first\n");
  // The runs leave a single binary.
  const builds = join(cache.GOTRACE_CACHE, "build");
  const left = readdirSync(builds).flatMap((name) => readdirSync(join(builds, name)));
  expect(left.filter((name) => name.startsWith("program"))).toEqual(["program", "program.json"]);
}, 120_000);

const memory = "/dev/shm";
const otherDevice = existsSync(memory) && statSync(memory).dev !== statSync(temporaryDirectory()).dev;

test.runIf(otherDevice)(
  "temporary files may lie on another file system",
  () => {
    const cwd = filesOn({ "go.mod": "module m\n\ngo 1.21\n", "main.go": says("here") });
    const TMPDIR = mkdtempSync(join(memory, "gotrace-test-"));
    try {
      const env = { GOTRACE_CACHE: temporaryDirectory(), TMPDIR };
      for (let i = 0; i < 2; i++) {
        const { code, stdout, stderr } = gotrace(["run", "."], { cwd, env });
        expect([code, stderr]).toEqual([0, "here\n"]);
        expect(stdout).toContain("main.main");
      }
      expect(readdirSync(TMPDIR)).toEqual([]);
    } finally {
      rmSync(TMPDIR, { recursive: true });
    }
  },
  120_000,
);
