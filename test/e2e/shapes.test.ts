/** Module shapes: each program prints the same traced and untraced, is traced, and its files stay as they were. */

import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { filesOn, go, gotrace, names, snapshot } from "./support.js";

interface Shape {
  readonly files: Readonly<Record<string, string>>;
  /** Directory to run in, relative to the root. */
  readonly at?: string;
  readonly target?: string;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Functions that must be in the trace. */
  readonly traced: readonly string[];
  /** Functions that must not. */
  readonly untraced?: readonly string[];
  readonly before?: (root: string) => void;
}

const mod = (name: string) => `module ${name}\n\ngo 1.21\n`;
const lib = (name: string, text: string) => `package ${name}\n\nfunc Text() string { return "${text}" }\n`;

const shapes: Record<string, Shape> = {
  "one module without a dot in its path": {
    files: {
      "go.mod": mod("app"),
      "main.go": `package main\n\nimport "app/lib"\n\nfunc main() { println(lib.Text()) }\n`,
      "lib/lib.go": lib("lib", "plain"),
    },
    traced: ["main.main", "app/lib.Text"],
  },
  "import path that ends in .test": {
    files: {
      "go.mod": mod("example.com/load.test"),
      "main.go": `package main\n\nfunc main() { println(text()) }\n\nfunc text() string { return "no test" }\n`,
    },
    traced: ["main.main", "main.text"],
  },
  "go.work": {
    files: {
      "go.work": "go 1.21\n\nuse (\n\t./app\n\t./lib\n)\n",
      "app/go.mod": mod("example.com/app"),
      "app/main.go": `package main\n\nimport "example.com/lib"\n\nfunc main() { println(lib.Text()) }\n`,
      "lib/go.mod": mod("example.com/lib"),
      "lib/lib.go": lib("lib", "workspace"),
    },
    at: "app",
    traced: ["main.main", "example.com/lib.Text"],
  },
  "vendor directory": {
    files: {
      "go.mod": `${mod("example.com/app")}\nrequire example.com/dep v1.0.0\n`,
      "main.go": `package main\n\nimport "example.com/dep"\n\nfunc main() { println(dep.Text()) }\n`,
      "vendor/modules.txt": "# example.com/dep v1.0.0\n## explicit; go 1.20\nexample.com/dep\n",
      "vendor/example.com/dep/dep.go": lib("dep", "vendored"),
    },
    traced: ["main.main"],
    untraced: ["example.com/dep.Text"],
  },
  "relative replace": {
    files: {
      "app/go.mod": `${mod("example.com/app")}\nrequire example.com/dep v0.0.0\n\nreplace example.com/dep => ../dep\n`,
      "app/main.go": `package main\n\nimport "example.com/dep"\n\nfunc main() { println(dep.Text()) }\n`,
      "dep/go.mod": mod("example.com/dep"),
      "dep/dep.go": lib("dep", "replaced"),
    },
    at: "app",
    traced: ["main.main"],
    untraced: ["example.com/dep.Text"],
  },
  "relative replace, included by name": {
    files: {
      "app/go.mod": `${mod("example.com/app")}\nrequire example.com/dep v0.0.0\n\nreplace example.com/dep => ../dep\n`,
      "app/main.go": `package main\n\nimport "example.com/dep"\n\nfunc main() { println(dep.Text()) }\n`,
      "dep/go.mod": mod("example.com/dep"),
      "dep/dep.go": lib("dep", "replaced"),
    },
    at: "app",
    flags: ["--include", "example.com/..."],
    traced: ["main.main", "example.com/dep.Text"],
  },
  "nested module": {
    files: {
      "go.mod": mod("example.com/outer"),
      "outer.go": "package outer\n",
      "tools/go.mod": mod("example.com/outer/tools"),
      "tools/main.go": `package main\n\nfunc main() { println(help()) }\n\nfunc help() string { return "nested" }\n`,
    },
    at: "tools",
    traced: ["main.main", "main.help"],
  },
  cgo: {
    files: {
      "go.mod": mod("app"),
      "main.go": `package main

// #include <stdlib.h>
// static int twice(int x) { return 2 * x; }
// extern int goBack(int);
// static int back(int x) { return goBack(x); }
import "C"

func main() { println(twice(4), int(C.back(3))) }

func twice(x int) int { return int(C.twice(C.int(x))) }
`,
      "export.go": 'package main\n\nimport "C"\n\n//export goBack\nfunc goBack(x C.int) C.int { return x + 1 }\n',
    },
    traced: ["main.main", "main.twice", "main.goBack"],
  },
  assembly: {
    files: {
      "go.mod": mod("app"),
      "main.go": `package main\n\nfunc main() { println(call()) }\n\nfunc call() int { return answer() }\n\nfunc answer() int\n`,
      "answer_amd64.s": "TEXT ·answer(SB),4,$0-8\n\tMOVQ $42, ret+0(FP)\n\tRET\n",
      "answer_arm64.s": "TEXT ·answer(SB),4,$0-8\n\tMOVD $42, R0\n\tMOVD R0, ret+0(FP)\n\tRET\n",
    },
    traced: ["main.main", "main.call"],
  },
  "go:embed": {
    files: {
      "go.mod": mod("app"),
      "main.go": `package main

import _ "embed"

//go:embed data/hello.txt
var hello string

func main() { print(text()) }

func text() string { return hello }
`,
      "data/hello.txt": "embedded\n",
    },
    traced: ["main.text"],
  },
  "go:linkname": {
    files: {
      "go.mod": mod("app"),
      "main.go": `package main

import (
	"app/hidden"
	_ "unsafe"
)

//go:linkname secret app/hidden.secret
func secret() int

func main() { println(secret(), hidden.Public()) }
`,
      "stub.s": "",
      "hidden/hidden.go":
        'package hidden\n\nimport _ "unsafe"\n\n//go:linkname secret\nfunc secret() int { return 7 }\n\nfunc Public() int { return secret() }\n',
    },
    traced: ["main.main", "app/hidden.secret", "app/hidden.Public"],
  },
  "build tags and names for a system": {
    files: {
      "go.mod": mod("app"),
      "main.go": `package main\n\nfunc main() { println(tagged(), system()) }\n`,
      "with.go": `//go:build special\n\npackage main\n\nfunc tagged() string { return "with" }\n`,
      "without.go": `//go:build !special\n\npackage main\n\nfunc tagged() string { return "without" }\n`,
      "system_linux.go": `package main\n\nfunc system() string { return "linux" }\n`,
      "system_other.go": `//go:build !linux\n\npackage main\n\nfunc system() string { return "other" }\n`,
    },
    flags: ["-tags", "special"],
    traced: ["main.tagged", "main.system"],
  },
  "internal package": {
    files: {
      "go.mod": mod("example.com/app"),
      "main.go": `package main\n\nimport "example.com/app/internal/deep"\n\nfunc main() { println(deep.Text()) }\n`,
      "internal/deep/deep.go": lib("deep", "internal"),
    },
    traced: ["example.com/app/internal/deep.Text"],
  },
  "spaces and other letters in paths": {
    files: {
      "mein módulo 東/go.mod": mod("app"),
      "mein módulo 東/main.go": `package main\n\nfunc main() { println(größe()) }\n\nfunc größe() string { return "groß" }\n`,
      "mein módulo 東/größe zwei.go": `package main\n\nvar _ = func() int { return 1 }()\n`,
    },
    at: "mein módulo 東",
    traced: ["main.größe"],
  },
  CRLF: {
    files: {
      "go.mod": "module app\r\n\r\ngo 1.21\r\n",
      "main.go":
        "package main\r\n\r\nfunc main() {\r\n\tprintln(text())\r\n}\r\n\r\nfunc text() string {\r\n\treturn `a\r\nb`\r\n}\r\n",
    },
    traced: ["main.main", "main.text"],
  },
  "read-only directory": {
    files: {
      "go.mod": mod("app"),
      "main.go": `package main\n\nfunc main() { println(text()) }\n\nfunc text() string { return "read-only" }\n`,
    },
    before: (root) => spawnSync("chmod", ["-R", "a-w", root]),
    traced: ["main.text"],
  },
  "old go line": {
    files: {
      "go.mod": "module app\n\ngo 1.12\n",
      "main.go": `package main\n\nfunc main() { println(text()) }\n\nfunc text() string { return "old" }\n`,
    },
    traced: ["main.text"],
  },
  "files outside any module": {
    files: {
      "main.go": `package main\n\nfunc main() { println(text()) }\n\nfunc text() string { return "no module" }\n`,
    },
    target: "main.go",
    traced: ["main.main", "main.text"],
  },
  "-mod=mod": {
    files: {
      "go.mod": mod("app"),
      "main.go": `package main\n\nfunc main() { println(text()) }\n\nfunc text() string { return "mod" }\n`,
    },
    flags: ["-mod=mod"],
    traced: ["main.text"],
  },
  "GOFLAGS=-mod=vendor without a vendor directory": {
    files: {
      "go.mod": mod("app"),
      "main.go": `package main\n\nfunc main() { println(text()) }\n\nfunc text() string { return "no vendor" }\n`,
    },
    env: { GOFLAGS: "-mod=vendor" },
    traced: ["main.text"],
  },
  "an empty vendor directory": {
    files: {
      "go.mod": mod("app"),
      "main.go": `package main\n\nfunc main() { println(text()) }\n\nfunc text() string { return "empty" }\n`,
      "vendor/modules.txt": "",
    },
    traced: ["main.text"],
  },
  "the vendor directory of a workspace, used from a module": {
    files: {
      "go.work": "go 1.22\n\nuse .\n",
      "go.mod": mod("app"),
      "main.go": `package main\n\nfunc main() { println(text()) }\n\nfunc text() string { return "off" }\n`,
      "vendor/modules.txt": "## workspace\n",
    },
    env: { GOWORK: "off" },
    traced: ["main.text"],
  },
  "a user's own overlay with relative paths": {
    files: {
      "app/go.mod": mod("app"),
      "app/main.go": `package main\n\nfunc main() { println("on disk") }\n`,
      "app/gone.go": "package main\n\nfunc text() {}\n",
      "other.txt": `package main\n\nfunc main() { println(text()) }\n\nfunc text() string { return "overlaid" }\n`,
      "overlay.json": JSON.stringify({ Replace: { "main.go": "../other.txt", "./gone.go": "" } }),
    },
    at: "app",
    flags: ["-overlay=../overlay.json"],
    traced: ["main.text"],
  },
  "a user's own overlay": {
    files: {
      "go.mod": mod("app"),
      "main.go": `package main\n\nfunc main() { println("on disk") }\n`,
      "other.txt": `package main\n\nfunc main() { println(text()) }\n\nfunc text() string { return "overlaid" }\n`,
    },
    before: (root) =>
      filesOn({ "overlay.json": JSON.stringify({ Replace: { [`${root}/main.go`]: `${root}/other.txt` } }) }, root),
    flags: ["-overlay=overlay.json"],
    traced: ["main.text"],
  },
};

for (const [title, shape] of Object.entries(shapes)) {
  test(title, () => {
    const root = filesOn(shape.files);
    shape.before?.(root);
    const cwd = shape.at ? `${root}/${shape.at}` : root;
    const target = shape.target ?? ".";
    const untouched = snapshot(root);
    const options = { cwd, env: shape.env ?? {} };
    const plain = go(
      ["run", ...(shape.flags ?? []).filter((_, index, all) => !all[index - (index % 2)].startsWith("--")), target],
      options,
    );
    expect(plain, plain.stderr).toMatchObject({ code: 0 });
    const traced = gotrace(["json", ...(shape.flags ?? []), target], options);
    expect(traced, traced.stderr).toMatchObject({ code: 0, stderr: plain.stderr });
    const found = names(traced.stdout);
    for (const name of shape.traced) expect(found).toContain(name);
    for (const name of shape.untraced ?? []) expect(found).not.toContain(name);
    expect(snapshot(root)).toBe(untouched);
  });
}
