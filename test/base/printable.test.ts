import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonText, printable, printableAll } from "../../src/base/printable.js";

const unsafe = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

test("breaks become spaces, what commands a terminal or turns text around becomes visible, the rest stays", () => {
  expect(printable("a\tb\r\nc\u2028d\x85e")).toBe("a b c d e");
  expect(printable("\x1b[2J\x07\x9b31m\x7f\x00")).toBe("�[2J��31m��");
  expect(printable("main.\u202egnp.exe\u2066\u200f\u061c")).toBe("main.�gnp.exe���");
  expect(printable("half \ud800 of 𝕏")).toBe("half � of 𝕏");
  for (const plain of ["main.(*T[...]).m", "größe 日本語 👩‍👩‍👧 🇫🇷", ""]) expect(printable(plain)).toBe(plain);
});

test("every character of the basic plane: nothing unsafe is left, and a second time changes nothing", () => {
  for (let code = 0; code <= 0xffff; code++) {
    const once = printable(`a${String.fromCharCode(code)}b`);
    if (unsafe.test(once) || once.length !== 3 || printable(once) !== once) expect.fail(`U+${code.toString(16)}`);
  }
});

test("plain data is copied with all its texts, other values stay as they are", () => {
  const bytes = new Uint8Array(2);
  const given = { "k\x1b": ["a\n", 1n, null], map: new Map([["\x07", new Set([1])]]), bytes, none: undefined };
  const copy = printableAll(given);
  expect(copy).toEqual({ "k�": ["a ", 1n, null], map: new Map([["�", new Set([1])]]), bytes, none: undefined });
  expect(copy.bytes).toBe(bytes);
  expect(given["k\x1b"][0]).toBe("a\n");
});

test("JSON keeps the value and shows nothing unsafe", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", '"', "\\", "\n", "\x1b", "\x9b", "\u202e", "\u2028", "𝕏"),
    maxLength: 9,
  });
  fc.assert(
    fc.property(fc.dictionary(text, text), fc.constantFrom(undefined, 2), (given, indent) => {
      const json = jsonText(given, undefined, indent);
      expect(json.replaceAll("\n", "")).not.toMatch(unsafe);
      expect(json).not.toMatch(/\r/);
      expect(JSON.stringify(JSON.parse(json))).toBe(JSON.stringify(given));
    }),
  );
});
