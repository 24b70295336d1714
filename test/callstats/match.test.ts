import { expect, test } from "vitest";
import { shortName } from "../../src/base/names.js";
import { namePattern, nearestName, testPattern } from "../../src/callstats/match.js";

test.each([
  ["db.Query", "example.com/app/db.Query"],
  ["app/db.Query", "example.com/app/db.Query"],
  ["example.com/app/db.Query", "example.com/app/db.Query"],
  ["db.(*DB).Query", "example.com/app/db.(*DB).Query"],
  ["main.main", "main.main"],
  ["main.Map", "main.Map[...]"],
  ["main.Map[...]", "main.Map[...]"],
  ["main.Map.func1", "main.Map[...].func1"],
  ["yaml.v3.Unmarshal", "gopkg.in/yaml%2ev3.Unmarshal"],
  ["/Query$/", "example.com/app/db.(*DB).Query"],
  ["/^example\\.com\\/app/", "example.com/app/db.Query"],
])("%s is %s", (pattern, name) => {
  expect(namePattern(pattern).matches(name)).toBe(true);
});

test.each([
  ["Query", "example.com/app/db.Query"],
  ["b.Query", "example.com/app/db.Query"],
  ["db.Query", "db.QueryRow"],
  ["db.Query", "db.(*DB).Query"],
  ["main.run", "main.run.func1"],
  ["main.Map[...]", "main.Map"],
  ["/query/", "db.Query"],
])("%s is not %s", (pattern, name) => {
  expect(namePattern(pattern).matches(name)).toBe(false);
});

test.each([
  ["TestLogin", "example.com/app/auth.TestLogin", true],
  ["auth.TestLogin", "example.com/app/auth.TestLogin", true],
  ["Test*", "example.com/app/auth.TestLogin", true],
  ["*", "example.com/app/auth.BenchmarkLogin", true],
  ["auth.*", "example.com/app/auth.TestLogin", true],
  ["/Login/", "example.com/app/auth.TestLogin", true],
  ["Login", "example.com/app/auth.TestLogin", false],
  ["TestLogin", "example.com/app/auth.TestLoginTwice", false],
])("test %s, %s: %s", (pattern, name, matches) => {
  expect(testPattern(pattern).matches(name)).toBe(matches);
});

test("a regular expression that is none", () => {
  expect(() => namePattern("/(/")).toThrow(/^\/\(\/ is not a regular expression: Unterminated group$/);
});

test("names without their path", () => {
  expect(shortName("example.com/app/db.(*DB).Query")).toBe("db.(*DB).Query");
  expect(shortName("main.run")).toBe("main.run");
  expect(shortName("a/b.Map[go.shape.struct { c/d.X int }]")).toBe("b.Map[go.shape.struct { c/d.X int }]");
});

test("the nearest name", () => {
  const names = ["example.com/app/db.(*DB).Query", "main.main"];
  expect(nearestName("db.(*DB).Qeury", names)).toBe("db.(*DB).Query");
  expect(nearestName("db.Query", names)).toBe("db.(*DB).Query");
  expect(nearestName("Query", ["example.com/app/db.Query"])).toBe("db.Query");
  expect(nearestName("other.thing", names)).toBeUndefined();
});
