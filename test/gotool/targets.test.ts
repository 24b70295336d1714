import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isTraceable } from "../../src/gotool/targets.js";
import { filesOn, gotrace } from "../e2e/support.js";

const runtime = join(import.meta.dirname, "../../runtime-go");

function go(args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  return spawnSync("go", args, { cwd: runtime, encoding: "utf8", env: { ...process.env, ...env } }).stdout;
}

test("what cannot be traced is what os_none.go is for, and 32-bit Windows", () => {
  const chosen = ["linux/386", "linux/mips", "linux/s390x", "linux/loong64", "darwin/arm64", "windows/amd64"];
  const others = [
    "android/arm64",
    "ios/arm64",
    "freebsd/amd64",
    "js/wasm",
    "linux/ppc64",
    "linux/ppc64le",
    "aix/ppc64",
  ];
  for (const target of [...chosen, ...others]) {
    const [os, arch] = target.split("/") as [string, string];
    const files = go(["list", "-f", "{{.GoFiles}}", "."], { GOOS: os, GOARCH: arch });
    expect(files, target).toContain("start.go");
    expect(isTraceable({ os, arch }), target).toBe(!files.includes("os_none.go"));
  }
  expect(isTraceable({ os: "windows", arch: "386" })).toBe(false);
});

test("processors know the running goroutine, and write words where they may", () => {
  for (const arch of ["386", "amd64", "arm", "arm64", "loong64", "mips64le", "mipsle", "ppc64le", "riscv64"]) {
    const files = go(["list", "-f", "{{.GoFiles}} {{.SFiles}}", "."], { GOOS: "linux", GOARCH: arch });
    // Without it each hook would walk the stack.
    expect(files, arch).toMatch(new RegExp(`\\b(getg|fast)_${arch}\\.s\\b`));
    expect(files, arch).not.toMatch(/\bportable_on\.go|getg_none\.s/);
    // There an unaligned store ends the program (SIGBUS) or is emulated by the kernel.
    const strict = ["arm", "mips64le", "mipsle", "riscv64"].includes(arch);
    expect(files, arch).toMatch(strict ? /\balign_bytes\.go/ : /\balign_words\.go/);
  }
});

test("a target that cannot be traced is said when it is built", () => {
  const cwd = filesOn({ "go.mod": "module x\n\ngo 1.21\n", "main.go": "package main\n\nfunc main() {}\n" });
  const env = { GOOS: "freebsd", GOARCH: "amd64" };
  for (let i = 0; i < 2; i++) {
    const result = gotrace(["build", "-o", "x", "."], { cwd, env });
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(
      /^gotrace: x will not be traced: gotrace does not trace freebsd\/amd64, only linux \(/,
    );
  }
  const copied = gotrace(["instrument", "-o", "copy"], { cwd, env });
  expect(copied).toMatchObject({ code: 0, stdout: `${cwd}/copy\n` });
  expect(copied.stderr).toMatch(/^gotrace: what is built from the copy for this target will not be traced: .*\n$/);
  expect(gotrace(["instrument", "-o", "other"], { cwd, env: { GOOS: "windows" } })).toMatchObject({
    code: 0,
    stderr: "",
  });
});
