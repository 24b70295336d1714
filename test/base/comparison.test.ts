import { expect, test } from "vitest";
import { parseComparison } from "../../src/base/comparison.js";

test.each([
  ["sched.p99<2ms", "sched.p99", "2ms", "sched.p99<2ms"],
  [" db.(*DB).Query.calls  <=   3 ", "db.(*DB).Query.calls", "3", "db.(*DB).Query.calls <= 3"],
  ["/a<b/.calls != 0", "/a<b/.calls", "0", "/a<b/.calls != 0"],
  ["T: f.max == 1h2m", "T: f.max", "1h2m", "T: f.max == 1h2m"],
])("%s", (text, subject, value, expression) => {
  expect(parseComparison(text)).toMatchObject({ subject, value, expression });
});

test.each(["", "f.calls", "f.calls <", "< 3", "f.calls = 3", "f.calls => 3", "f.calls << 3"])("%s is none", (text) => {
  expect(parseComparison(text)).toBeUndefined();
});

test.each([
  ["<", [true, false, false]],
  ["<=", [true, true, false]],
  [">", [false, false, true]],
  [">=", [false, true, true]],
  ["==", [false, true, false]],
  ["!=", [true, false, true]],
] as const)("%s", (operator, expected) => {
  const { holds } = parseComparison(`x ${operator} 2`)!;
  expect([1, 2, 3].map((actual) => holds(actual, 2))).toEqual(expected);
});
