/** The Go package that `gotrace agent` writes: its own tests, with the user's Go. */

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { go, repository } from "./support.js";

const directory = join(repository, "templates/agent");
const sources = readdirSync(directory).filter((name) => name.endsWith(".go"));
const read = (name: string) => readFileSync(join(directory, name), "utf8");

test("go vet and the package's tests have nothing to say; scripts/sweep-go.sh runs them with the race detector", () => {
  // The module is old for users of old releases. Patterns of ServeMux are those of new ones.
  const env = { GODEBUG: "httpmuxgo121=0" };
  // The race detector would compile half of the standard library a second time.
  const tests = go(["test", "-vet=all", "-count=1", "."], { cwd: directory, env });
  expect(tests, tests.stdout).toMatchObject({ code: 0, stderr: "" });
});

test("every file is formatted, has at most 300 lines, and all its code is between marks of its name, but for limits.go", () => {
  const formatted = spawnSync("gofmt", ["-l", "."], { cwd: directory, encoding: "utf8" });
  expect(formatted).toMatchObject({ status: 0, stdout: "" });
  for (const name of sources) {
    const text = read(name);
    expect(text.split("\n").length, name).toBeLessThanOrEqual(301);
    if (name === "limits.go" || name === "doc.go") expect(text).not.toMatch(/^\/\/ gotrace:(begin|end)/m);
    else
      expect(text, name).toMatch(
        /^(\/\/go:build .*\n\n)?package traceagent\n\n\/\/ gotrace:begin (\w+)\n[\s\S]*\n\/\/ gotrace:end \2\n$/,
      );
  }
});

test("the package needs the standard library only, and keeps off http.DefaultServeMux", () => {
  expect(read("go.mod")).toBe("module gotrace.example/traceagent\n\ngo 1.21\n");
  const imports = sources.flatMap((name) =>
    [...read(name).matchAll(/^(?:\t|import )(?:\w+ )?"([^"\s]+)"$/gm)].map(([, path]) => path),
  );
  expect(imports.length).toBeGreaterThan(20);
  expect(imports.filter((path) => path.includes(".") || path === "net/http/pprof")).toEqual([]);
});
