import { expect, test } from "vitest";
import { isStandard, packageOf } from "../../src/base/packages.js";

test("the package of a function", () => {
  for (const [name, path] of [
    ["example.com/x.v2/pkg.(*T).M.func1", "example.com/x.v2/pkg"],
    ["main.main", "main"],
    ["slices.SortFunc[...]", "slices"],
    ["example.com/a%2eb.F", "example.com/a.b"],
    ["_rt0_amd64", ""],
  ]) {
    expect(packageOf(name!), name).toBe(path);
  }
});

test("what is Go's own", () => {
  const standard = (name: string, file: string) => isStandard({ function: name, file });
  expect(standard("net/http.(*conn).serve", "/usr/local/go/src/net/http/server.go")).toBe(true);
  expect(standard("time.Sleep", "/usr/local/go/src/runtime/time.go")).toBe(true);
  expect(standard("time.Sleep", "runtime/time.go")).toBe(true);
  expect(standard("main.main", "/home/me/main.go")).toBe(false);
  expect(standard("log.Write", "/home/me/log/write.go")).toBe(false);
  expect(standard("golang.org/x/sync/errgroup.(*Group).Go", "/go/pkg/mod/x.go")).toBe(false);
});
