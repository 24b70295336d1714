/** Colours as the environment requests them, when the output is not a terminal. */

import { join } from "node:path";
import { expect, test } from "vitest";
import { gotrace, repository, temporaryDirectory } from "./support.js";

const cwd = join(repository, "testdata/wordcount");

test("FORCE_COLOR, NO_COLOR and TERM", () => {
  const save = join(temporaryDirectory(), "trace");
  expect(gotrace(["run", "--save", save, "."], { cwd }).code).toBe(0);
  const report = (env: Record<string, string>) =>
    gotrace(["report", save], { cwd, env: { NO_COLOR: undefined, FORCE_COLOR: undefined, ...env } });
  for (const env of [{}, { FORCE_COLOR: "0" }, { FORCE_COLOR: "false" }, { NO_COLOR: "1", TERM: "dumb" }]) {
    expect(report(env).stdout, JSON.stringify(env)).not.toContain("\x1b");
  }
  const coloured = report({ FORCE_COLOR: "1", NO_COLOR: "1", TERM: "dumb" });
  expect(coloured.stdout).toContain("\x1b[1mTOTAL");
  // Node 22 and later print a warning of their own when both are set.
  expect(coloured.stderr.replace(/^\(node:\d+\) Warning: The 'NO_COLOR' env is ignored.*\n.*\n/, "")).toBe("");
});
