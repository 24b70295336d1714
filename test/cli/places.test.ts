import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { locator, repositoryRoot } from "../../src/cli/places.js";

const root = mkdtempSync(join(tmpdir(), "gotrace-places-"));
const module = join(root, "services/shop");
beforeAll(() => {
  mkdirSync(join(root, ".git"));
  mkdirSync(join(module, "store"), { recursive: true });
  for (const path of ["main.go", "services/shop/main.go", "services/shop/store/store.go", "services/shop/server.go"]) {
    writeFileSync(join(root, path), "package x\n");
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("the repository is around the module", () => {
  expect(repositoryRoot(join(module, "store"))).toBe(root);
});

test.each([
  [
    "on this machine",
    "example.com/shop/store.Put",
    () => join(module, "store/store.go"),
    "services/shop/store/store.go",
  ],
  [
    "of another machine",
    "example.com/shop/store.Put",
    () => "/ci/work/services/shop/store/store.go",
    "services/shop/store/store.go",
  ],
  [
    "of a copy of the module alone",
    "example.com/shop/store.Put",
    () => "/build/store/store.go",
    "services/shop/store/store.go",
  ],
  [
    "with -trimpath",
    "example.com/shop/store.Put",
    () => "example.com/shop/store/store.go",
    "services/shop/store/store.go",
  ],
  ["of Windows", "example.com/shop/store.Put", () => "C:\\work\\shop\\store\\store.go", "services/shop/store/store.go"],
  [
    "package main, elsewhere: the module's before the repository's",
    "main.main",
    () => "/build/main.go",
    "services/shop/main.go",
  ],
  ["package main, here", "main.main", () => join(root, "main.go"), "main.go"],
  ["of another module", "github.com/x/y.F", () => "/root/go/pkg/mod/github.com/x/y@v1.2.3/server.go", undefined],
  ["of the standard library", "net/http.(*Server).Serve", () => "/usr/local/go/src/net/http/server.go", undefined],
  ["generated, gone", "main.x", () => "/build/gone.go", undefined],
  ["unknown", "main.x", () => "", undefined],
])("a file %s", (_, name, file, expected) => {
  const place = locator(root, module)({ function: name, file: file(), line: 7 });
  expect(place).toEqual(expected === undefined ? undefined : { path: expected, line: 7 });
});
