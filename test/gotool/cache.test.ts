/** The cache keeps entries in use, and unused ones for ten days. */

import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeDirectories, refuseForeign, touch, writeOnce } from "../../src/gotool/cache.js";
import { pruneCache } from "../../src/gotool/prune-cache.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "gotrace-cache-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Makes a file that was last used some days ago, and its directory if missing. */
function put(path: string, days: number, text = path): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  const seconds = Date.now() / 1000 - days * 24 * 3600;
  utimesSync(file, seconds, seconds);
  utimesSync(dirname(file), seconds, seconds);
}

/** Makes it a day since the cache was pruned. */
function expire(): void {
  const yesterday = Date.now() / 1000 - 25 * 3600;
  utimesSync(join(root, "pruned"), yesterday, yesterday);
}

test("what was not used for ten days goes, once a day", () => {
  put("rt/old/go.mod", 11);
  put("rt/new/go.mod", 9);
  put("src/old.go", 11);
  put("src/new.go", 9);
  put("build/old/state.json", 11);
  put("build/used/cover/dead/a.go", 11);
  put("build/used/cover/live/a.go", 2);
  put("build/used/overlay-old.json", 11);
  put("build/used/state.json", 1);
  put("kept.txt", 99);
  pruneCache(root);
  const left = [
    "rt/old",
    "rt/new/go.mod",
    "src/old.go",
    "src/new.go",
    "build/old",
    "build/used/cover/dead",
    "build/used/cover/live/a.go",
    "build/used/overlay-old.json",
    "build/used/state.json",
    "kept.txt",
  ].filter((path) => existsSync(join(root, path)));
  expect(left).toEqual([
    "rt/new/go.mod",
    "src/new.go",
    "build/used/cover/live/a.go",
    "build/used/state.json",
    "kept.txt",
  ]);

  put("src/old.go", 11);
  pruneCache(root);
  expect(existsSync(join(root, "src/old.go"))).toBe(true);
  expire();
  put("src/used.go", 11);
  touch(join(root, "src/used.go"));
  pruneCache(root);
  expect(existsSync(join(root, "src/old.go"))).toBe(false);
  expect(existsSync(join(root, "src/used.go"))).toBe(true);
});

test("builds beyond the limit go, those first that were not used for longest, but none of the last hours", () => {
  const size = 100_000;
  for (const [name, days] of [
    ["a", 3],
    ["c", 1],
    ["b", 2],
    ["d", 0.5],
    ["now", 0.04],
    ["e", 0.3],
  ] as const) {
    put(`build/${name}/program`, days, "x".repeat(size));
  }
  put("src/old.go", 3);
  const left = () => readdirSync(join(root, "build")).sort();
  pruneCache(root, 5.5 * size);
  expect(left()).toEqual(["b", "c", "d", "e", "now"]);
  expire();
  pruneCache(root, 3.5 * size);
  expect(left()).toEqual(["d", "e", "now"]);
  expire();
  pruneCache(root, 0.5 * size);
  expect(left()).toEqual(["now"]);
  expect(existsSync(join(root, "src/old.go"))).toBe(true);
});

test("a cache that is not there, or is no directory, is let be", () => {
  pruneCache(join(root, "nothing"));
  writeFileSync(join(root, "file"), "");
  pruneCache(join(root, "file"));
});

test("directories are made with their parents, and the topmost new one is named", () => {
  expect(makeDirectories(join(root, "a/b/c"))).toBe(join(root, "a"));
  expect(makeDirectories(join(root, "a/b/c"))).toBeUndefined();
  writeFileSync(join(root, "file"), "");
  expect(() => makeDirectories(join(root, "file/x"))).toThrow(/ENOTDIR|EEXIST/);
  if (process.platform === "linux") expect(() => makeDirectories("/proc/x/y")).toThrow("ENOENT");
});

test("what another user put there is refused", () => {
  put("src/mine.go", 0);
  const path = join(root, "src/mine.go");
  expect(() => refuseForeign(path, 1000, 1000)).not.toThrow();
  expect(() => refuseForeign(path, 0, undefined)).not.toThrow();
  expect(() => refuseForeign(path, 1001, 1000)).toThrow(/belongs to another user/);
});

test.runIf(process.getuid?.() === 0)("an entry that is used must be one's own", () => {
  put("src/foreign.go", 0);
  chownSync(join(root, "src/foreign.go"), 12345, 12345);
  expect(() => touch(join(root, "src/foreign.go"))).toThrow(/belongs to another user/);
});

test("an entry that lost its content is written again", () => {
  put("src/a.go", 0);
  const path = join(root, "src/a.go");
  for (const damaged of ["", "\0".repeat("src/a.go".length), "src/a"]) {
    writeFileSync(path, damaged);
    writeOnce(path, "src/a.go");
    expect(readFileSync(path, "utf8")).toBe("src/a.go");
  }
});
