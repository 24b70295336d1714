import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { beginLastRun, endLastRun, findLastRun } from "../../src/cli/run/last-run.js";

const cache = mkdtempSync(join(tmpdir(), "gotrace-last-"));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

/** Adds and removes entries of dead processes, as other runs of gotrace do when they end, until it is killed. */
const others = `
  const { mkdirSync, rmSync } = require("node:fs");
  for (let n = 0; ; n++) {
    const entries = Array.from({ length: 20 }, (_, k) => process.argv[1] + "/00000000" + (k % 10) + "-" + (4e8 + n + k));
    for (const path of entries) mkdirSync(path, { recursive: true });
    if (n === 0) process.stdout.write("begun");
    for (const path of entries) rmSync(path, { recursive: true, force: true });
  }`;

test("runs that end at the same time remove the same older entries", async () => {
  mkdirSync(join(cache, "last"));
  const child = spawn(process.execPath, ["-e", others, join(cache, "last")], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    await new Promise((resolve) => child.stdout.once("data", resolve));
    for (let n = 0; n < 300; n++) {
      const last = beginLastRun(cache, {})!;
      writeFileSync(join(last.directory, "1-1.gotrace"), "x".repeat(5000));
      expect(() => endLastRun(last)).not.toThrow();
      expect(findLastRun(cache)?.directory).toBe(last.directory);
      rmSync(last.directory, { recursive: true });
    }
  } finally {
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }
});
