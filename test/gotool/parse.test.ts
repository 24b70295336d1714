import { expect, test } from "vitest";
import { firstReason, parseCompileErrors } from "../../src/gotool/build.js";
import { flagValue } from "../../src/gotool/link-runtime.js";
import { commandLine } from "../../src/gotool/run-go.js";
import { asksForCoverage } from "../../src/gotool/toolexec.js";
import { parseModulesTxt } from "../../src/gotool/vendor.js";

test("compile errors name files relative to the build's directory", () => {
  const output = `# example.com/x
./a.go:3:19: undefined: y
sub/b.go:7: missing return
../c.go:1:1: expected 'package'
/abs/d.go:2:3: too many errors
note: module requires Go 1.99
`;
  expect(parseCompileErrors(output, "/w/x")).toEqual([
    { file: "/w/x/a.go", line: 3, message: "undefined: y" },
    { file: "/w/x/sub/b.go", line: 7, message: "missing return" },
    { file: "/w/c.go", line: 1, message: "expected 'package'" },
    { file: "/abs/d.go", line: 2, message: "too many errors" },
  ]);
});

test("vendor/modules.txt", () => {
  const text = `## workspace
# example.com/a v1.0.0
## explicit; go 1.17
example.com/a
example.com/a/sub
# example.com/b v0.0.0-2020 => ./local/b
## explicit
# example.com/c v1.2.3 => example.com/fork v1.2.4
## explicit; go 1.20
# example.com/b => ./local/b
`;
  expect(parseModulesTxt(text)).toEqual([
    { path: "example.com/a", version: "v1.0.0", go: "1.17" },
    { path: "example.com/b", version: "v0.0.0-2020", go: "" },
    { path: "example.com/c", version: "v1.2.3", go: "1.20" },
  ]);
});

test("values of Go flags", () => {
  expect(flagValue(["-mod", "vendor", "-race"], "mod")).toBe("vendor");
  expect(flagValue(["--mod=mod", "-mod=readonly"], "mod")).toBe("readonly");
  expect(flagValue(["-modfile=x"], "mod")).toBeUndefined();
});

test("flags that ask for coverage", () => {
  expect(asksForCoverage(["-coverprofile=c.out"])).toBe(true);
  expect(asksForCoverage(["-cover"])).toBe(true);
  expect(asksForCoverage(["-cover=false"])).toBe(false);
  expect(asksForCoverage(["-run", "x"])).toBe(false);
});

test("command lines are quoted as a shell would need them", () => {
  expect(commandLine(["go", "build", "-ldflags=-s -w", "it's"])).toBe("go build '-ldflags=-s -w' 'it'\\''s'");
});

test("the first reason of go takes in the line that goes on with it", () => {
  const reason = (stderr: string) => firstReason({ code: 1, stdout: "", stderr });
  expect(reason("# example.com/x\n./a.go:3:19: undefined: y\n./a.go:4:1: more\n")).toBe("./a.go:3:19: undefined: y");
  expect(reason("main.go:3:8: no required module provides package x; to add it:\n\tgo get x\n")).toBe(
    "main.go:3:8: no required module provides package x; to add it: go get x",
  );
  expect(reason("package m\n\timports m/a: import cycle not allowed\n")).toBe(
    "package m imports m/a: import cycle not allowed",
  );
  expect(reason("")).toBe("go exited with 1");
});
