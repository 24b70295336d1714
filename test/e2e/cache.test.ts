/** Entries of gotrace's cache are checked before use, and made anew if they are damaged. */

import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { filesOn, gotrace, temporaryDirectory } from "./support.js";

const cwd = filesOn({
  "go.mod": "module m\n\ngo 1.21\n",
  "main.go": "package main\n\nfunc main() { query() }\n\nfunc query() { println(1) }\n",
  "idle.go": "package main\n\nfunc never() {}\n",
});
const cache = temporaryDirectory("gotrace-cache");
const run = (...flags: string[]) => gotrace(["run", ...flags, "."], { cwd, env: { GOTRACE_CACHE: cache } });
const tree = /main\.main .*\n└── main\.query /;

/** Files of the cache whose paths match. */
function entries(pattern: RegExp): string[] {
  return readdirSync(cache, { recursive: true, encoding: "utf8" })
    .map((name) => join(cache, name))
    .filter((path) => pattern.test(path) && lstatSync(path).isFile());
}
const zero = (path: string) => writeFileSync(path, Buffer.alloc(statSync(path).size));

describe("a damaged entry of the cache", () => {
  test.each([
    ["rewritten files, emptied", /src\/.*\.go$/, (path: string) => truncateSync(path)],
    ["rewritten files, zeroed", /src\/.*\.go$/, zero],
    ["accounts of them, zeroed", /src\/.*\.json$/, zero],
    ["the runtime, zeroed", /rt\/.*\.go$/, zero],
    ["the state, cut", /state\.json$/, (path: string) => truncateSync(path, 100)],
    ["overlay and go.mod, zeroed", /overlay-.*\.json$|build\/.*\.mod$/, zero],
    ["the binary, zeroed", /\/program$/, zero],
    ["a part of the binary", /\/program$/, (path: string) => overwrite(path, 0x8000, 0xcc)],
  ])("%s, is made anew", (_, pattern, damage) => {
    expect(run().stdout).toMatch(tree);
    const paths = entries(pattern);
    expect(paths).not.toEqual([]);
    for (const path of paths) damage(path);
    for (const time of ["first", "second"]) {
      const { stdout, stderr, code } = run("--assert=main.query.calls == 1");
      expect(stdout, `${time}: ${stderr}`).toMatch(tree);
      expect(stderr).toBe("1\n");
      expect(code).toBe(0);
    }
  });

  test("a binary that the system does not start is built again", () => {
    expect(run().code).toBe(0);
    const [program] = entries(/\/program$/);
    chmodSync(program, 0o644);
    const { stdout, stderr, code } = run("-v");
    expect(stdout, stderr).toMatch(tree);
    expect(code).toBe(0);
  });
});

test("a run of which nothing is recorded is a failed gate", () => {
  const untested = gotrace(["test", "--assert=main.query.calls <= 1", "."], { cwd, env: { GOTRACE_CACHE: cache } });
  expect(untested.stderr).toContain("nothing was recorded");
  expect(untested.code).toBe(1);
  const printed = gotrace(["test", "--assert=main.query.calls <= 1", "-n", "."], { cwd });
  expect(printed.stderr).toMatch(/\ngotrace: assertion failed: nothing was recorded\n$/);
  expect(printed.code).toBe(1);
  expect(gotrace(["test", "-n", "."], { cwd }).code).toBe(0);
});

/** Writes bytes into the middle of a file. */
function overwrite(path: string, offset: number, byte: number, length = 4096): void {
  const content = readFileSync(path);
  content.fill(byte, offset, offset + length);
  writeFileSync(path, content);
}
