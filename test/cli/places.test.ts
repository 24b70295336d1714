import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fallbackFile, locator, repositoryRoot } from "../../src/cli/analyze/places.js";

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

describe("a module in a subdirectory of the repository, asked from its root", () => {
  const repo = mkdtempSync(join(tmpdir(), "gotrace-places-"));
  beforeAll(() => {
    for (const directory of [".git", "svc/store/db", "svc/web", "node_modules/x", "svc/store/testdata/y"]) {
      mkdirSync(join(repo, directory), { recursive: true });
    }
    const files = {
      "svc/store/go.mod": "// the store\nmodule example.com/kt\n\ngo 1.22\n",
      "svc/store/main.go": "",
      "svc/store/db/db.go": "",
      "svc/web/go.mod": 'module "example.com/web"\n',
      "svc/web/main.go": "",
      "node_modules/x/go.mod": "module example.com/kt/db\n",
      "svc/store/testdata/y/go.mod": "module example.com/kt\n",
    };
    for (const [path, text] of Object.entries(files)) writeFileSync(join(repo, path), text);
  });
  afterAll(() => rmSync(repo, { recursive: true, force: true }));

  test.each([
    ["with -trimpath", "example.com/kt/main.go", "svc/store/main.go"],
    ["with -trimpath, of another module here", "example.com/web/main.go", "svc/web/main.go"],
    ["with -trimpath, in a package", "example.com/kt/db/db.go", "svc/store/db/db.go"],
    ["with -trimpath, of a module elsewhere", "example.com/other/main.go", undefined],
    ["of another machine, whole path", "/ci/repo/svc/web/main.go", "svc/web/main.go"],
    ["of another machine, the module alone", "/build/db/db.go", "svc/store/db/db.go"],
    ["of another machine, which could be either", "/build/main.go", undefined],
  ])("a file %s", (_, file, expected) => {
    const place = locator(repo, repo)({ function: "main.get", file, line: 7 });
    expect(place).toEqual(expected === undefined ? undefined : { path: expected, line: 7 });
  });

  test("what has no place is given the nearest go.mod", () => {
    expect(fallbackFile(repo, repo)).toBe("svc/store/go.mod");
    expect(fallbackFile(join(repo, "svc/web"), repo)).toBe("svc/web/go.mod");
    expect(fallbackFile(join(repo, "svc/store/db"), repo)).toBe("svc/store/go.mod");
    expect(fallbackFile(join(repo, ".git"), join(repo, ".git"))).toBe("go.mod");
  });
});
