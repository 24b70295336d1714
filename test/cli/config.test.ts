/**
 * Settings and baselines come with a repository, perhaps a stranger's: only plain files of reasonable size are read.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { UserError } from "../../src/base/errors.js";
import { findConfig, readBaseline } from "../../src/cli/config/config.js";

const root = mkdtempSync(join(tmpdir(), "gotrace-config-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A directory for one test. */
function directory(name: string): string {
  mkdirSync(join(root, name), { recursive: true });
  return join(root, name);
}

function refused(f: () => unknown): string {
  try {
    f();
  } catch (error) {
    return `${(error as UserError).message} | ${(error as UserError).advice}`;
  }
  return "accepted";
}

test("the nearest configuration counts, and an empty one sets nothing", () => {
  const inner = directory("near/sub/dir");
  writeFileSync(join(root, "near/.gotrace.yaml"), "fail-on: error\nbaseline: known.json\n");
  expect(findConfig(inner, undefined)).toEqual({
    config: { "fail-on": "error", baseline: "known.json" },
    path: "../../.gotrace.yaml",
    baseline: join(root, "near/known.json"),
  });
  writeFileSync(join(root, "near/sub/gotrace.config.json"), "");
  expect(findConfig(inner, undefined)).toMatchObject({ config: {}, path: "../gotrace.config.json" });
});

test.skipIf(process.platform === "win32")("devices, pipes, directories and giants are refused", () => {
  const device = directory("device");
  symlinkSync("/dev/zero", join(device, ".gotrace.yaml"));
  expect(refused(() => findConfig(device, undefined))).toBe(
    "cannot read .gotrace.yaml: it is not a regular file | name a text file that exists",
  );
  const pipe = join(directory("pipe"), ".gotrace.yaml");
  execFileSync("mkfifo", [pipe]);
  expect(refused(() => findConfig(join(root, "pipe"), undefined))).toMatch(/not a regular file/);
  const giant = join(directory("giant"), ".gotrace.yaml");
  writeFileSync(giant, "");
  truncateSync(giant, 2 ** 40);
  expect(refused(() => findConfig(join(root, "giant"), undefined))).toMatch(
    /it has 1024 GiB, more than the allowed 1 MiB/,
  );
  expect(refused(() => findConfig(root, "giant"))).toMatch(/^--config: cannot read giant: it is not a regular file/);
  for (const path of ["/dev/zero", pipe, giant, root]) {
    expect(refused(() => readBaseline(path))).toMatch(/^--baseline: cannot read .*(not a regular file|more than the)/);
  }
});
