import { expect, test } from "vitest";
import { wantsColour } from "../../src/cli/output.js";

const terminal = { isTTY: true };
const pipe = {};
const xterm = { TERM: "xterm-256color" };

test("colours are for terminals that have them, unless the environment says otherwise", () => {
  expect(wantsColour(terminal, xterm)).toBe(true);
  expect(wantsColour(pipe, xterm)).toBe(false);
  expect(wantsColour(terminal, { TERM: "dumb" })).toBe(false);
  expect(wantsColour(terminal, { ...xterm, NO_COLOR: "1" })).toBe(false);
  // https://no-color.org: an empty value is none.
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
