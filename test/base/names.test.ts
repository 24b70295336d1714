import { expect, test } from "vitest";
import { matching, shortName, shortNaming } from "../../src/base/names.js";

const shorten = (...names: string[]) => names.map(shortNaming(names));

test("names lose the path before the last element of their package", () => {
  expect(
    shorten(
      "main.main",
      "main.main.func1",
      "example.com/shop/api.(*Server).price",
      "example.com/shop/api.Map[...]",
      "example.com/shop.Run",
      "example.com/shop_test.TestRun",
      "golang.org/x/sync/errgroup.(*Group).Go.func1",
      "[other call paths]",
      "?17",
    ),
  ).toEqual([
    "main.main",
    "main.main.func1",
    "api.(*Server).price",
    "api.Map[...]",
    "shop.Run",
    "shop_test.TestRun",
    "errgroup.(*Group).Go.func1",
    "[other call paths]",
    "?17",
  ]);
});

test("type arguments with paths stay as they are", () => {
  expect(shorten("example.com/a/b.Map[example.com/c/d.T].Get", "example.com/a/b.f(example.com/x.y)")).toEqual([
    "b.Map[example.com/c/d.T].Get",
    "b.f(example.com/x.y)",
  ]);
});

test("packages of the same last element keep what tells them apart, others do not", () => {
  expect(
    shorten(
      "example.com/m/pkg/api.Run",
      "example.com/m/internal/api.Run",
      "example.com/n/internal/api.Run",
      "x/db.Get",
    ),
  ).toEqual(["pkg/api.Run", "m/internal/api.Run", "n/internal/api.Run", "db.Get"]);
  expect(shorten("main.main", "example.com/main.F")).toEqual(["main.main", "example.com/main.F"]);
  expect(shorten("api.F", "x/api.F", "y/x/api.F")).toEqual(["api.F", "x/api.F", "y/x/api.F"]);
});

test("major versions keep the name of the module, and escapes are undone", () => {
  const names = ["example.com/yaml/v3.Parse", "example.com/yaml/v3_test.TestParse", "gopkg.in/yaml%2ev3.Parse"];
  expect(shorten(...names)).toEqual(["yaml/v3.Parse", "yaml/v3_test.TestParse", "yaml.v3.Parse"]);
  const alone = [...names, "v3.F", "yaml/v3.Map[example.com/c/d.T].Get", "example.com/v3x.F", "main.main", "?17"];
  expect(alone.map(shortName)).toEqual([
    ...["yaml/v3.Parse", "yaml/v3_test.TestParse", "yaml%2ev3.Parse", "v3.F", "yaml/v3.Map[example.com/c/d.T].Get"],
    ...["v3x.F", "main.main", "?17"],
  ]);
});

test("what is typed from what is shown matches, and full names do", () => {
  const names = ["example.com/m/pkg/api.Run", "example.com/m/internal/api.Run", "example.com/m/db.Get"];
  const found = (pattern: RegExp) => matching(names, (name) => pattern.test(name));
  expect(found(/^pkg\/api\.Run$/)).toEqual([true, false, false]);
  expect(found(/^db\./)).toEqual([false, false, true]);
  expect(found(/^example\.com/)).toEqual([true, true, true]);
});
