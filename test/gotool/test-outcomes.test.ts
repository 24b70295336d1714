import { expect, test } from "vitest";
import { TestOutcomes } from "../../src/gotool/test-outcomes.js";
import { failLine } from "../../src/render/tree/fail-line.js";

/** The outcomes after reading output in pieces of a few bytes. */
function outcomes(text: string, json = false): TestOutcomes {
  const found = new TestOutcomes(json);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 7) found.add(bytes.subarray(at, at + 7));
  found.end();
  return found;
}

const packages = `--- FAIL: TestBad (0.00s)
    --- FAIL: TestBad/one_two (0.00s)
        a_test.go:7: é
FAIL
FAIL\texample.com/ft/a\t0.016s
--- FAIL: TestForged (0.00s)
ok  \texample.com/ft/d\t0.016s
panic: test timed out after 1s
\trunning tests:
\t\tTestSlow (1s)

goroutine 7 [running]:
\t\tTestNoLonger (1s)
FAIL\texample.com/ft/b\t1.018s
FAIL\texample.com/ft/c [build failed]
FAIL
`;

test("lines of go test: tests stand before the package they are of", () => {
  const { failed, packages: all } = outcomes(packages);
  expect([...failed]).toEqual([
    ["example.com/ft/a", new Set(["TestBad", "TestBad/one_two"])],
    ["example.com/ft/b", new Set(["TestSlow"])],
  ]);
  expect([...all]).toEqual(["example.com/ft/a", "example.com/ft/b", "example.com/ft/c"]);
  expect(failLine(outcomes(packages), false)).toBe(
    "FAIL: TestBad/one_two (example.com/ft/a); TestSlow (example.com/ft/b); package example.com/ft/c\n",
  );
});

test("in one's own directory the end of the program precedes the package", () => {
  const { failed } = outcomes("--- FAIL: TestX (0.00s)\nFAIL\nFAIL\texit status 1\nFAIL\texample.com/x\t0.1s\n");
  expect([...failed]).toEqual([["example.com/x", new Set(["TestX"])]]);
});

test("events of go test -json", () => {
  const event = (fields: object) => `${JSON.stringify(fields)}\n`;
  const text =
    event({ Action: "output", Package: "p", Test: "TestA", Output: '--- FAIL: TestB "fail"\n' }) +
    event({ Action: "fail", Package: "p", Test: "TestA/sub" }) +
    event({ Action: "fail", Package: "p", Test: "TestA" }) +
    'broken "fail"\n{"fail"\n' +
    event({ Action: "fail", Package: "p" });
  expect([...outcomes(text, true).failed]).toEqual([["p", new Set(["TestA/sub", "TestA"])]]);
});

test("the last line names ten tests, and says where to look when it knows none", () => {
  const many = new Map([["p", new Set(Array.from({ length: 13 }, (_, i) => `Test${i}`))]]);
  expect(failLine({ failed: many, packages: new Set(["p"]) }, false)).toMatch(
    /^FAIL: Test0, .*, Test9 \(p\); 3 more\n$/,
  );
  expect(failLine({ failed: new Map(), packages: new Set() }, false)).toBe(
    "FAIL: see the failures in the output of go test, above\n",
  );
  expect(failLine({ failed: new Map([["p", new Set(["Test\u001b[2J"])]]), packages: new Set() }, false)).not.toContain(
    "\u001b",
  );
});
