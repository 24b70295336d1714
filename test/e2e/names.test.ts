/** Function names of all shapes in the trace are those that the Go runtime has in the same build. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { gotrace, names, repository, temporaryDirectory } from "./support.js";

/** Functions of the program that only observe. */
const observers = /\.(note|here)$/;

test("names equal runtime.FuncForPC", () => {
  const cwd = join(repository, "testdata/names");
  const report = join(temporaryDirectory(), "names.json");
  const result = gotrace(["json", "-o", report, "."], { cwd });
  expect(result, result.stderr).toMatchObject({ code: 0 });
  const noted = result.stdout.trim().split("\n");
  const traced = names(readFileSync(report, "utf8")).filter((name) => !observers.test(name));
  expect(traced.sort()).toEqual(noted.sort());
  expect(noted).toEqual(
    expect.arrayContaining([
      "main.(*Server).Start",
      "main.Server.Value",
      "main.Map[...]",
      "main.(*List[...]).Push",
      "main.init.0",
      "main.init.1",
      "main.main.func1",
      "main.größe",
      "names/v2/sub%2epkg.Exported",
    ]),
  );
});
