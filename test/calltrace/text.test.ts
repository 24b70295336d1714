import fc from "fast-check";
import { expect, test } from "vitest";
import { run } from "../calltree/program.js";
import { fromText } from "../support/calltrace/from-text.js";
import { toText } from "../support/calltrace/to-text.js";
import { small } from "./fixtures.js";

test("the text twin says what the bytes say, and nothing else", () => {
  const bytes = fromText(small);
  expect(toText(bytes)).toBe(small.replace(/^#.*\n/gm, ""));
});

test("text and back gives the same bytes, whatever happened to them", () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 });
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { maxLength: 200 }), damage, fc.nat(200), (choices, changes, cut) => {
      const whole = run(choices, 256, cut > 100 ? 8192 : undefined).bytes;
      const bytes = whole.slice(0, whole.length - (cut % 100 > 50 ? cut : 0));
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      expect(Buffer.compare(fromText(toText(bytes)), bytes)).toBe(0);
    }),
    { numRuns: 100 },
  );
});

test("a line that says nothing known is refused with its number", () => {
  expect(() => fromText("process\nevents size=128\n  enter5 id=1\n")).toThrow('line 3: there is no record "enter5"');
  expect(() => fromText("process\nevents size=64\n  exit2 delta=8192\n")).toThrow("line 3: exit2: no field delta=8192");
});
