import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expandMarkers } from "../../src/instrument/index.js";
import { hooks, instrument, markers } from "./helpers.js";

test("insertions hide in comments, and the text after each keeps its position", () => {
  const { text } = instrument("package p\nfunc f() { go größe(); L: go g() }\n", markers, "f.go");
  expect(text!.replaceAll(/__gotrace_f_\w+/g, "T")).toBe(
    [
      'package p; import __gotrace "gotrace.internal/rt"/*line :1:10*/',
      "func f() {/*__gotrace:defer __gotrace.Enter(&T[0])();*//*line :2:11*/ " +
        "/*__gotrace:__gotrace.Spawn(&T[1]); *//*line :2:12*/go größe()/*__gotrace:; __gotrace.Spawned()*//*line :2:24*/; L: " +
        "/*__gotrace:__gotrace.Spawn(&T[2]); *//*line :2:29*/go g()/*__gotrace:; __gotrace.Spawned()*//*line :2:35*/ }",
      "",
      "/*__gotrace:var T [3]__gotrace.Site*/",
      "",
    ].join("\n"),
  );
});

test("expanded, they are the hooks", () => {
  const source = "package p\nvar x = func() { go func() {\n}() }\nfunc f() { go g() }";
  const expanded = expandMarkers(instrument(source, markers).text!);
  expect(expanded.replaceAll(/\/\*line :\d+:\d+\*\//g, "")).toBe(instrument(source, hooks).text);
});

describe("line directives in the file", () => {
  const positions = (source: string) =>
    [...instrument(source, markers).text!.matchAll(/(?:internal\/rt"|gotrace:[^*]*\*\/)(?:\/\*line (\S*)\*\/)?/g)].map(
      (match) => match[1],
    );
  test("with a column: lines and columns follow it", () => {
    expect(positions("package p\n//line x.y:100:7\nfunc f() {\n}; func g() {}\n")).toEqual([
      ":1:10",
      ":100:17",
      ":101:14",
      undefined,
    ]);
    expect(positions("package p\n/*line :50:20*/func f() {} /*line z:1:1*/; func g() {}\nfunc h() {}")).toEqual([
      ":1:10",
      ":50:30",
      ":1:13",
      ":2:11",
      undefined,
    ]);
  });
  test("without a column: columns are unknown, nothing is put right", () => {
    expect(positions("package p\n//line x.y:100\nfunc f() {}\n//line x.y:7:1\nfunc g() {}")).toEqual([
      ":1:10",
      undefined,
      ":7:11",
      undefined,
    ]);
  });
});

describe("Go's cover tool", () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "gotrace-markers-"));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const cover = (source: string, mode: string) => {
    const file = join(directory, "f.go");
    writeFileSync(file, source);
    // Its standard error is ignored: it complains about literals in a labelled statement, also in the original.
    return execFileSync("go", ["tool", "cover", `-mode=${mode}`, "-var=V", file], { encoding: "utf8", stdio: "pipe" });
  };
  const errors = (source: string) => spawnSync("gofmt", ["-e"], { input: source, encoding: "utf8" }).stderr;
  const blocks = (output: string) => output.slice(output.lastIndexOf("\nvar V = struct {"));
  const shapes = new URL("../../testdata/shapes/", import.meta.url);

  test.each(readdirSync(shapes).filter((name) => name.endsWith(".go")))(
    "sees the blocks of the original in %s",
    (name) => {
      const source = readFileSync(new URL(name, shapes), "utf8");
      const marked = instrument(source, { ...markers, generated: true }, name).text!;
      for (const mode of ["set", "atomic"]) {
        const original = cover(source, mode);
        const output = cover(marked, mode);
        expect(blocks(output)).toBe(blocks(original));
        // The tool itself breaks files with a byte order mark: its line directive comes before the mark.
        expect(errors(expandMarkers(output))).toBe(errors(original));
      }
    },
  );
});
