/** A build in which nothing changed only runs `go build`; the very next run sees every change that matters. */

import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filesOn, gotrace, names } from "./support.js";

interface Change {
  /** Path → new text, or null to remove the file. */
  readonly edit: Readonly<Record<string, string | null>>;
  readonly traced: readonly string[];
  readonly untraced?: readonly string[];
}

interface Case {
  readonly files: Readonly<Record<string, string>>;
  readonly at?: string;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly changes: readonly Change[];
}

const mod = (name: string, more = "") => `module ${name}\n\ngo 1.21\n${more}`;
const main = (imports: string, body: string) => `package main\n\nimport "${imports}"\n\nfunc main() { ${body} }\n`;
const lib = (name: string, body = "", imports = "") =>
  `package ${name}\n${imports ? `\nimport "${imports}"\n` : ""}\nfunc F() { ${body} }\n`;
const replaced = (name: string, at: string) =>
  `\nrequire example.com/${name} v1.0.0\n\nreplace example.com/${name} => ${at}\n`;

const cases: Record<string, Case> = {
  "a file of the package is changed, added, removed": {
    files: {
      "go.mod": mod("app"),
      "main.go": "package main\n\nfunc main() { f() }\n",
      "f.go": "package main\n\nfunc f() {}\n",
    },
    changes: [
      { edit: { "f.go": "package main\n\nfunc f() { g() }\n\nfunc g() {}\n" }, traced: ["main.f", "main.g"] },
      { edit: { "init.go": "package main\n\nfunc init() {}\n" }, traced: ["main.init.0"] },
      { edit: { "init.go": null }, traced: ["main.g"], untraced: ["main.init.0"] },
    ],
  },
  "a package joins, and changes": {
    files: { "go.mod": mod("app"), "main.go": "package main\n\nfunc main() {}\n", "lib/lib.go": lib("lib") },
    changes: [
      { edit: { "main.go": main("app/lib", "lib.F()") }, traced: ["app/lib.F"] },
      { edit: { "lib/lib.go": `${lib("lib", "g()")}\nfunc g() {}\n` }, traced: ["app/lib.g"] },
    ],
  },
  "a build constraint lets in a file that was ignored": {
    files: {
      "go.mod": mod("app"),
      "main.go": "package main\n\nfunc main() {}\n",
      "extra.go": "//go:build never\n\npackage main\n\nfunc init() {}\n",
    },
    changes: [{ edit: { "extra.go": "package main\n\nfunc init() {}\n" }, traced: ["main.init.0"] }],
  },
  "an excluded package imports one that is not": {
    files: {
      "go.mod": mod("app"),
      "main.go": main("app/between", "between.F()"),
      "between/between.go": lib("between"),
      "lib/lib.go": lib("lib"),
    },
    flags: ["--exclude", "./between"],
    changes: [
      {
        edit: { "between/between.go": lib("between", "lib.F()", "app/lib") },
        traced: ["app/lib.F"],
        untraced: ["app/between.F"],
      },
    ],
  },
  "a replaced module imports a package of the main module": {
    files: {
      "app/go.mod": mod("example.com/app", replaced("dep", "../dep")),
      "app/main.go": main("example.com/dep", "dep.F()"),
      "app/lib/lib.go": lib("lib"),
      "dep/go.mod": mod("example.com/dep"),
      "dep/dep.go": lib("dep"),
    },
    at: "app",
    changes: [
      { edit: { "dep/dep.go": lib("dep", "lib.F()", "example.com/app/lib") }, traced: ["example.com/app/lib.F"] },
    ],
  },
  "a vendored package imports a package of the main module": {
    files: {
      "go.mod": mod("example.com/app", "\nrequire example.com/dep v1.0.0\n"),
      "main.go": main("example.com/dep", "dep.F()"),
      "lib/lib.go": lib("lib"),
      "vendor/modules.txt": "# example.com/dep v1.0.0\n## explicit; go 1.20\nexample.com/dep\n",
      "vendor/example.com/dep/dep.go": lib("dep"),
    },
    changes: [
      {
        edit: { "vendor/example.com/dep/dep.go": lib("dep", "lib.F()", "example.com/app/lib") },
        traced: ["example.com/app/lib.F"],
      },
    ],
  },
  "go.mod replaces a module by another directory": {
    files: {
      "app/go.mod": mod("example.com/app", replaced("dep", "../one")),
      "app/main.go": main("example.com/dep", "dep.F()"),
      "one/go.mod": mod("example.com/dep"),
      "one/dep.go": lib("dep"),
      "two/go.mod": mod("example.com/dep"),
      "two/dep.go": `${lib("dep", "second()")}\nfunc second() {}\n`,
    },
    at: "app",
    flags: ["--include", "example.com/..."],
    changes: [
      { edit: { "app/go.mod": mod("example.com/app", replaced("dep", "../two")) }, traced: ["example.com/dep.second"] },
    ],
  },
  "the go.mod of a replaced module chooses another version": {
    files: {
      "go.work":
        "go 1.21\n\nuse ./app\n\nreplace (\n\texample.com/x v1.0.0 => ./x1\n\texample.com/x v1.1.0 => ./x2\n)\n",
      "app/go.mod": mod("example.com/app", `${replaced("dep", "../dep")}\nrequire example.com/x v1.0.0\n`),
      "app/main.go": main("example.com/x", "x.F()"),
      "dep/go.mod": mod("example.com/dep"),
      "dep/dep.go": lib("dep"),
      "x1/go.mod": mod("example.com/x"),
      "x1/x.go": lib("x"),
      "x2/go.mod": mod("example.com/x"),
      "x2/x.go": `${lib("x", "newer()")}\nfunc newer() {}\n`,
    },
    at: "app",
    flags: ["--include", "example.com/..."],
    changes: [
      {
        edit: { "dep/go.mod": mod("example.com/dep", "\nrequire example.com/x v1.1.0\n") },
        traced: ["example.com/x.newer"],
      },
    ],
  },
  "go.work, and the go.mod of one of its modules": {
    files: {
      "go.work": "go 1.21\n\nuse (\n\t./app\n\t./tool\n)\n",
      "app/go.mod": mod("example.com/app"),
      "app/main.go": main("example.com/dep", "dep.F()"),
      "tool/go.mod": mod("example.com/tool", replaced("dep", "../one")),
      "one/go.mod": mod("example.com/dep"),
      "one/dep.go": lib("dep"),
      "two/go.mod": mod("example.com/dep"),
      "two/dep.go": `${lib("dep", "second()")}\nfunc second() {}\n`,
    },
    at: "app",
    flags: ["--include", "example.com/..."],
    changes: [
      {
        edit: { "tool/go.mod": mod("example.com/tool", replaced("dep", "../two")) },
        traced: ["example.com/dep.second"],
      },
      {
        edit: { "go.work": "go 1.21\n\nuse (\n\t./app\n\t./one\n)\n" },
        traced: ["example.com/dep.F"],
        untraced: ["example.com/dep.second"],
      },
    ],
  },
  "a go.work appears": {
    files: {
      "app/go.mod": mod("example.com/app", replaced("dep", "../dep")),
      "app/main.go": main("example.com/dep", "dep.F()"),
      "dep/go.mod": mod("example.com/dep"),
      "dep/dep.go": lib("dep"),
    },
    at: "app",
    changes: [
      { edit: { "go.work": "go 1.21\n\nuse (\n\t./app\n\t./dep\n)\n" }, traced: ["example.com/dep.F"] },
      { edit: { "go.work": null }, traced: ["main.main"], untraced: ["example.com/dep.F"] },
    ],
  },
  "settings of go env -w": {
    files: {
      "go.mod": mod("app"),
      "main.go": "package main\n\nfunc main() {}\n",
      "extra.go": "//go:build extra\n\npackage main\n\nfunc init() {}\n",
      settings: "",
    },
    env: { GOENV: "settings" },
    changes: [
      { edit: { settings: "GOFLAGS=-tags=extra\n" }, traced: ["main.init.0"] },
      { edit: { settings: "" }, traced: ["main.main"], untraced: ["main.init.0"] },
    ],
  },
};

for (const [title, { files, at, flags = [], env = {}, changes }] of Object.entries(cases)) {
  test(title, () => {
    const root = filesOn(files);
    const settings = env.GOENV ? { GOENV: join(root, env.GOENV), GOFLAGS: undefined } : {};
    const cwd = join(root, at ?? "");
    const run = () => gotrace(["json", "-v", ...flags, "."], { cwd, env: settings });
    const unchanged = "gotrace: nothing changed since the last build";
    let last = run();
    for (const { edit, traced, untraced = [] } of changes) {
      const again = run();
      expect(again.stderr).toContain(unchanged);
      expect(names(again.stdout)).toEqual(names(last.stdout));
      for (const [path, text] of Object.entries(edit)) {
        if (text === null) rmSync(join(root, path));
        else filesOn({ [path]: text }, root);
      }
      last = run();
      expect(last.stderr).not.toContain(unchanged);
      expect(last.code, last.stderr).toBe(0);
      const found = names(last.stdout);
      for (const name of traced) expect(found).toContain(name);
      for (const name of untraced) expect(found).not.toContain(name);
    }
  });
}

test("a binary written beside the sources changes nothing", () => {
  const cwd = filesOn({ "go.mod": mod("app"), "main.go": "package main\n\nfunc main() {}\n" });
  const build = () => gotrace(["build", "-v", "-o", "app", "."], { cwd });
  expect(build()).toMatchObject({ code: 0 });
  expect(build().stderr).toContain("nothing changed since the last build");
});

test("patterns that may match new packages, and a user's overlay, are always looked at", () => {
  const cwd = filesOn({
    "go.mod": mod("app"),
    "cmd/main.go": "package main\n\nfunc main() {}\n",
    "other.json": '{"Replace": {}}',
  });
  for (const words of [["./..."], ["-overlay=other.json", "./cmd"]]) {
    expect(gotrace(["json", ...words], { cwd })).toMatchObject({ code: 0 });
    expect(gotrace(["json", "-v", ...words], { cwd }).stderr).not.toContain("nothing changed");
  }
});
