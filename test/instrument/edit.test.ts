import { expect, test } from "vitest";
import { EditBuffer } from "../../src/instrument/edit.js";

test("insertions are applied by offset, and by rank at one offset", () => {
  const edits = new EditBuffer("abc");
  edits.insert(3, 1, "4");
  edits.insert(1, 1, "3");
  edits.insert(1, 0, "2");
  edits.insert(0, 0, "1");
  expect(edits.toString()).toBe("1a23bc4");
});

test.each([
  ["overlap", [5, 5], 'overlapping edits at 5: "x" and "x"'],
  ["outside", [99], "edit at 99 outside the text of length 9"],
  ["not a number", [Number.NaN], "edit at NaN outside the text of length 9"],
  ["within a character", [8], "edit at 8 splits a character"],
])("refused: %s", (_, offsets, message) => {
  const edits = new EditBuffer("abcdefg😀");
  for (const offset of offsets) edits.insert(offset, 0, "x");
  expect(() => edits.toString()).toThrow(message);
});
