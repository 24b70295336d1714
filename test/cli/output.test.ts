import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { UserError } from "../../src/base/errors.js";
import { checkWritable, openOutput, wantsColour } from "../../src/cli/output.js";

const terminal = { isTTY: true };
const pipe = {};
const xterm = { TERM: "xterm-256color" };

test("colours are for terminals that have them, unless the environment says otherwise", () => {
  expect(wantsColour(terminal, xterm)).toBe(true);
  expect(wantsColour(pipe, xterm)).toBe(false);
  expect(wantsColour(terminal, { TERM: "dumb" })).toBe(false);
  expect(wantsColour(terminal, { ...xterm, NO_COLOR: "1" })).toBe(false);
  // https://no-color.org: an empty value counts as unset.
  expect(wantsColour(terminal, { ...xterm, NO_COLOR: "" })).toBe(true);
});

test("FORCE_COLOR decides alone", () => {
  for (const value of ["", "1", "true", "2", "3"]) {
    expect(wantsColour(pipe, { FORCE_COLOR: value }), value).toBe(true);
    expect(wantsColour(terminal, { FORCE_COLOR: value, NO_COLOR: "1", TERM: "dumb" }), value).toBe(true);
  }
  for (const value of ["0", "false"]) {
    expect(wantsColour(pipe, { FORCE_COLOR: value }), value).toBe(false);
    expect(wantsColour(terminal, { ...xterm, FORCE_COLOR: value }), value).toBe(false);
  }
});

test("a disk that fails is the user's matter; what fails while a report is made is not", async () => {
  const directory = mkdtempSync(join(tmpdir(), "gotrace-test-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  function* broken() {
    yield "begun\n";
    throw new TypeError("a bug");
  }
  await expect(openOutput("report", directory, false).write(broken())).rejects.toThrow(TypeError);
  if (process.platform !== "linux") return;
  await expect(openOutput("/dev/full", directory, false).write(["text"])).rejects.toThrow(UserError);
});

test("directories of an output are created when it is written, not when it is checked", async () => {
  const directory = mkdtempSync(join(tmpdir(), "gotrace-test-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const path = join(directory, "a/b/report");
  checkWritable(path, "--save");
  expect(existsSync(join(directory, "a"))).toBe(false);
  await openOutput("a/b/report", directory, false).write(["text"]);
  expect(readFileSync(path, "utf8")).toBe("text");
  writeFileSync(join(directory, "file"), "");
  const refused = () => checkWritable(join(directory, "file/x/y"), "--save");
  expect(refused).toThrow(
    /^--save: cannot write .*: it, or a part of its path, is not a directory$|: it exists already$/,
  );
});
