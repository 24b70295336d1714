import { expect, test } from "vitest";
import { testFilter } from "../../src/base/test-filter.js";
import { ownersOf } from "../../src/calltree/index.js";
import { grow } from "./script.js";

const SCRIPT = `
  0   g10<g1=TestGet { app/db.TestGet
  10  g11<g10=TestGet/first { app/db.TestGet.func1
  20  g11 { app/db.Get
  30  g11 }
  40  g11 }
  50  g12<g10=TestGet/first#01 { app/db.TestGet.func1
  60  g12 { lib.Suite
  70  g13<g12=TestGet/first#01/deep { lib.Suite.func1
  80  g13 }
  90  g12 }
  100 g12 }
  110 g10 }
  120 g10 { app/db.TestGet.func2
  130 g10 }
  140 g14<g1=TestGet { app/db.TestGet
  150 g14 }
  160 g9 { app/db.pool
  170 g9 }`;

function owned(script: string): Record<string, string | undefined> {
  const { functions, processes } = grow(script);
  const { tree } = processes[0];
  const { of, names } = ownersOf(tree, functions);
  return Object.fromEntries(
    Array.from({ length: tree.size - 1 }, (_, i) => [
      `${functions[tree.func[i + 1]].name} ${tree.tests.get(i + 1) ?? ""}`.trim(),
      names[of[i + 1]],
    ]),
  );
}

test("tests own what is beneath them, by the names that t.Run gives", () => {
  expect(owned(SCRIPT)).toEqual({
    "app/db.TestGet TestGet": "app/db.TestGet",
    "app/db.TestGet.func1 TestGet/first": "app/db.TestGet/first",
    "app/db.Get": "app/db.TestGet/first",
    "app/db.TestGet.func1 TestGet/first#01": "app/db.TestGet/first#01",
    "lib.Suite": "app/db.TestGet/first#01",
    // The package is that of the test, wherever the function is from.
    "lib.Suite.func1 TestGet/first#01/deep": "app/db.TestGet/first#01/deep",
    // Cleanup.
    "app/db.TestGet.func2 TestGet": "app/db.TestGet",
    "app/db.pool": undefined,
  });
});

test("how often tests ran; cleanup is no run", () => {
  const { functions, processes } = grow(SCRIPT);
  const { names, runs } = ownersOf(processes[0].tree, functions);
  expect(Object.fromEntries(names.map((name, i) => [name, runs[i]]))).toEqual({
    "app/db.TestGet": 2,
    "app/db.TestGet/first": 1,
    "app/db.TestGet/first#01": 1,
    "app/db.TestGet/first#01/deep": 1,
  });
});

test("tests of suites are known by their methods", () => {
  expect(
    owned(`
      0  g10<g1=TestSuite { p.TestSuite
      10 g11<g10 { p.(*Suite).SetupTest
      11 g11 }
      12 g11 { p.(*Suite).TestOne
      13 g11 { p.(*Suite).TestHelper
      14 g11 }
      15 g12<g11 { p.(*Suite).TestOne.func1
      16 g12 }
      20 g11 }
      30 g10 }`),
  ).toEqual({
    "p.TestSuite TestSuite": "p.TestSuite",
    "p.(*Suite).SetupTest": "p.TestSuite",
    "p.(*Suite).TestOne": "p.TestSuite/TestOne",
    "p.(*Suite).TestHelper": "p.TestSuite/TestOne",
    "p.(*Suite).TestOne.func1": "p.TestSuite/TestOne",
  });
});

test("without names the outermost test function owns all", () => {
  const nameless = SCRIPT.replace(/=\S+/g, "");
  expect(new Set(Object.values(owned(nameless)))).toEqual(new Set(["app/db.TestGet", undefined]));
});

test("--test chooses as go test -run does", () => {
  const chosen = (text: string) => {
    const { matches } = testFilter(text, (expression) => new RegExp(expression));
    return ["TestGet", "TestGet/first", "TestGet/first#01/deep", "TestPut", "TestPut/a_b"].filter(matches);
  };
  expect(chosen("TestGet")).toEqual(["TestGet", "TestGet/first", "TestGet/first#01/deep"]);
  expect(chosen("Get/^first$")).toEqual(["TestGet/first"]);
  expect(chosen("TestGet//deep")).toEqual(["TestGet/first#01/deep"]);
  expect(chosen("first")).toEqual([]);
  expect(chosen("TestPut/a b|Get/[/f]irst$")).toEqual(["TestGet/first", "TestPut/a_b"]);
  expect(chosen("Test(Get|Put)/(first|a)$")).toEqual(["TestGet/first"]);
});
