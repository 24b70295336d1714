import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { expandMarkers } from "../../src/instrument/index.js";
import { hooks, instrument, instrumentBytes, markers, without } from "./helpers.js";
import { program } from "./programs.js";

const lines = (text: string) => text.split("\n").length;
const withoutDirectives = (text: string) => text.replaceAll(/\/\*line :\d+:\d+\*\//g, "");

test("whatever the program: all functions and go statements are hooked, nothing else changes", () => {
  fc.assert(
    fc.property(program, ({ source, functions, spawns }) => {
      const result = instrument(source);
      expect(result).toMatchObject({ functions, spawns, skipped: [], grammarGaps: [] });
      expect(result.fileReason).toBeUndefined();
      if (functions === 0) {
        expect(result.text).toBeNull();
        return;
      }
      const text = result.text!;
      expect(without(text)).toBe(source);
      const table = text.lastIndexOf("\nvar __gotrace_");
      expect(lines(text.slice(0, table))).toBe(lines(source));
      expect(withoutDirectives(expandMarkers(instrument(source, markers).text!))).toBe(text);
    }),
    { numRuns: 150 },
  );
});

test("go/parser accepts the rewritten programs", () => {
  const directory = mkdtempSync(join(tmpdir(), "gotrace-properties-"));
  try {
    fc.sample(program, 80).forEach(({ source }, index) => {
      const write = (kind: string, text: string) => writeFileSync(join(directory, `${index}${kind}.go`), text);
      write("original", source);
      write("hooks", instrument(source).text ?? source);
      write("markers", instrument(source, markers).text ?? source);
    });
    expect(spawnSync("gofmt", ["-e", "-l", directory], { encoding: "utf8" }).stderr).toBe("");
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

const cut = fc.tuple(
  program,
  fc.nat(),
  fc.nat(),
  fc.constantFrom("", "{", ")", "`", '"', "/*", "func", "go ", "\n", "?", "\0", "😀"),
);

test("whatever the text: no exception, and what is not hooked is as it was", () => {
  const check = (source: string) => {
    for (const options of [hooks, markers]) {
      const { text, functions, spawns } = instrument(source, options);
      if (text === null) expect([functions, spawns]).toEqual([0, 0]);
      else if (options.mode === "hooks") expect(without(text)).toBe(source);
    }
  };
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => check(`package p\n${text}func f() {}`)));
  fc.assert(
    fc.property(cut, ([{ source }, from, length, middle]) => {
      // Half of the time insert whole characters, so that the text stays well-formed.
      const points = [...source];
      const start = from % (points.length + 1);
      points.splice(start, length % 20, middle);
      check(points.join(""));
    }),
    { numRuns: 150 },
  );
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      instrumentBytes(bytes);
      instrumentBytes(Buffer.concat([Buffer.from("package p\nfunc f() {} //"), bytes]));
    }),
  );
});
