/**
 * No name in a trace or of a file can control a terminal or a log: every format of every command gets names that try.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gunzipSync, inflateSync } from "node:zlib";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { findingFormats } from "../../src/cli/analyze/findings-output.js";
import type { Command } from "../../src/cli/command.js";
import { analyzeCommand } from "../../src/cli/commands/analyze.js";
import { callsCommand } from "../../src/cli/commands/calls.js";
import { diffCommand } from "../../src/cli/commands/diff.js";
import { reportCommand } from "../../src/cli/commands/report.js";
import { statsCommand } from "../../src/cli/commands/stats.js";
import { summaryCommand } from "../../src/cli/commands/summary.js";
import { formats } from "../../src/cli/report/formats.js";
import { sayError } from "../../src/cli/say.js";
import { TraceWriter } from "../support/calltrace/writer.js";

/** All control characters but the line feed, which must not start a line with text from a name. */
const unsafe = /(?!\n)[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
const injected = /^\s*(::(error|warning|stop-commands)|##\[|FAKE)/m;

const evil = [
  "\x1b]0;pwned\x07\x1b[2J\x1b[31mred",
  "main.a\nFAKE 99.9s 100%\r\n",
  "main.\u202egnp.exe",
  "\x9b31m8bit",
  "main.\u2028\u2029x",
  "main.\x00nul\x7f",
  "main.\ud800",
  "a\n::error file=a::pwn",
  "b\n##[error]pwn",
  "c\r::stop-commands::pwn",
  "main.\u2066a\u2069\u200e\u200f\u061c",
];

const directory = mkdtempSync(join(tmpdir(), "gotrace-hostile-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const calls = join(directory, "calls \x1b[31m\u202e.gotrace");
const execution = join(directory, "exec \x1b[31m\u202e.trace");
const output = join(directory, "output");

/** Each function calls all later ones; the second half runs on goroutines of their own. */
function callTrace(): Uint8Array {
  const title = evil.join(" ");
  const strings = { goVersion: `go1.26${evil[0]}`, platform: "x", executable: `/bin/${title}`, directory: title };
  const trace = new TraceWriter({ header: { strings } });
  const ids = evil.map((name, i) => trace.define("function", name, evil[(i + 1) % evil.length], i));
  const main = trace.slot(0);
  main.begin(0, 1);
  let now = 0;
  const after = (ns: number) => {
    now += ns;
    return now;
  };
  for (const id of ids) main.enter(after(10_000), id);
  const spawn = main.spawn(after(5), trace.define("go", evil[1], evil[2], 3));
  const other = trace.slot(1);
  other.begin(now, 2, 1, spawn);
  other.enter(after(5), ids[4]);
  other.exit(after(10_000));
  for (const _ of ids) main.exit(after(10_000));
  return trace.finish();
}

writeFileSync(calls, callTrace());
const saved = resolve(import.meta.dirname, "../../testdata/exectrace/cases/markdown-injection.trace.gz");
writeFileSync(execution, gunzipSync(readFileSync(saved)));

let said = "";
beforeEach(() => {
  said = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    said += text;
    return true;
  });
});

/** The output of a command: its file and standard error. */
async function outputOf(command: Command, words: readonly string[]): Promise<string> {
  writeFileSync(output, "");
  await command.run([...words, "-o", output]);
  expect(said).not.toMatch(unsafe);
  expect(said).not.toMatch(injected);
  return readFileSync(output, "utf8");
}

function expectHarmless(text: string): void {
  expect(text).not.toMatch(unsafe);
  expect(text).not.toMatch(injected);
}

/** Formats that show assertions get one that fails. */
function gate(name: string): string[] {
  return formats.find((format) => format.name === name)!.checks ? ["--assert", "/8bit/.calls <= 0"] : [];
}

const binary = ["perfetto", "pprof", "parquet"];

test.each(formats.map(({ name }) => name).filter((name) => !binary.includes(name)))(
  "report --format %s",
  async (name) => {
    const text = await outputOf(reportCommand, ["--format", name, ...gate(name), calls]);
    if (name === "html") {
      const packed = /"functions":"([^"]+)"/.exec(text)![1];
      const functions = inflateSync(Buffer.from(packed, "base64")).toString();
      expect(functions).toContain("8bit");
      expectHarmless(functions);
      // The page's own program has tabs and marks of its own; the data is one line.
      expectHarmless(text.split("\n").find((line) => line.includes(packed))!);
    } else {
      expect(text).toContain("8bit");
      if (name === "github") {
        // Commands to the runner; gotrace begins each on a new line.
        expect(text).not.toMatch(unsafe);
        for (const line of text.trim().split("\n")) expect(line).toMatch(/^::(error|notice|warning) [^:]*::/);
        return;
      }
      // CSV ends lines as its standard says.
      expectHarmless(name === "csv" ? text.replaceAll("\r\n", "\n") : text);
      if (name !== "json" && name !== "ndjson") return;
      // Formats for programs keep the names as they are.
      expect(text).toContain("\\u009b31m8bit");
    }
  },
);

test.each(["table", "json", "csv"])("stats --format %s", async (name) => {
  const words = ["--format", name, ...(name === "csv" ? [] : ["--callers", "/./", "--callees", "/./"])];
  const text = await outputOf(statsCommand, [...words, calls]);
  expect(text).toContain("8bit");
  expectHarmless(text);
});

test.each(["table", "json", "ndjson"])("calls --format %s", async (name) => {
  const text = await outputOf(callsCommand, ["--format", name, "--slowest", "100", "/[^]/", calls]);
  expect(text).toContain("8bit");
  expectHarmless(text);
});

test.each(["table", "json"])("diff --format %s of calls, by path, and of execution traces", async (name) => {
  const other = join(directory, "other.gotrace");
  writeFileSync(other, callTrace().slice());
  for (const words of [
    ["--by-path", calls, other],
    ["--min", "0ns", execution, execution],
  ]) {
    const text = await outputOf(diffCommand, ["--format", name, ...words]);
    expect(text.length).toBeGreaterThan(100);
    expectHarmless(text);
  }
});

test.each(findingFormats)("analyze --format %s", async (name) => {
  const text = await outputOf(analyzeCommand, ["--format", name, execution]);
  expect(text.length).toBeGreaterThan(100);
  if (name === "html") expectHarmless(text.split("\n").find((line) => line.includes('"traces":'))!);
  else if (name === "github") expect(text).not.toMatch(unsafe);
  else expectHarmless(text);
});

test.each(["table", "json"])("summary --format %s", async (name) => {
  const text = await outputOf(summaryCommand, ["--format", name, execution]);
  expectHarmless(text);
});

test("errors name files, harmless", async () => {
  const missing = join(directory, "no\n::error::such \x1b[31m\u202e.trace");
  for (const command of [analyzeCommand, summaryCommand, reportCommand]) {
    await command.run([missing]).catch(sayError);
  }
  expect(said).toContain("no ::error::such �[31m�.trace");
  expectHarmless(said);
});
