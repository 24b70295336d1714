/** Where `gotrace agent` writes, and where it refuses to. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { namesFor, placeFor, readPackage } from "../../src/cli/agent/place.js";
import { replaceFiles } from "../../src/cli/agent/replace-files.js";

const root = realpathSync(mkdtempSync(join(tmpdir(), "gotrace-agent-")));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Makes a directory with files. */
function put(directory: string, files: Readonly<Record<string, string>>): string {
  const path = join(root, directory);
  mkdirSync(path, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}
const app = put("app", { "go.mod": 'module "example.com/app/v2" // app\n\ngo 1.21.3\n', "main.go": "package main\n" });
put("app/cmd/server", { "main.go": "package main\n" });
put("app/nested", { "go.mod": "module example.com/nested\n\ngo 1.26\n" });
const outside = put("outside", { "doc.go": "package linked\n" });
symlinkSync(outside, join(app, "out"));
symlinkSync(join(root, "nothing"), join(app, "dangling"));
symlinkSync(join(app, "cmd"), join(app, "inside"));
symlinkSync(app, join(root, "link-to-app"));
put("app/linked", {});
symlinkSync(join(outside, "doc.go"), join(app, "linked/doc.go"));

const found = (cwd: string, output?: string) => {
  const place = placeFor(cwd, output);
  const files = readPackage(place);
  return { directory: place.directory, ...namesFor(place, files) };
};

test("the package is in the module around it, by default in internal/traceagent of the module", () => {
  const usual = {
    directory: join(app, "internal/traceagent"),
    packageName: "traceagent",
    importPath: "example.com/app/v2/internal/traceagent",
  };
  expect(found(app)).toEqual(usual);
  expect(found(join(app, "cmd/server"))).toEqual(usual);
  expect(found(join(root, "link-to-app"))).toEqual(usual);
  expect(found(join(app, "cmd"), "../inside/trace-agent")).toEqual({
    directory: join(app, "cmd/trace-agent"),
    packageName: "traceagent",
    importPath: "example.com/app/v2/cmd/trace-agent",
  });
  expect(found(app, "nested/a/b")).toMatchObject({ importPath: "example.com/nested/a/b", packageName: "b" });
  // The package may be the module's root, whose path may end with a version; it may have a name of its own.
  rmSync(join(app, "main.go"));
  expect(found(app, ".")).toMatchObject({ importPath: "example.com/app/v2", packageName: "app" });
  put("app/named", { "a_test.go": "package x_test\n", "doc.go": "// Licence\n\npackage mine\n" });
  expect(found(app, "named")).toMatchObject({ packageName: "mine" });
});

test.each([
  ["outside", undefined, 66, "is not in a Go module"],
  ["app", "../outside/x", 66, "is not in a Go module"],
  ["app", "out", 73, "out leads out of module example.com/app/v2"],
  ["app", "out/below", 73, "out/below leads out of module example.com/app/v2"],
  ["app", "dangling/below", 73, "a symbolic link in it leads nowhere"],
  ["app", "dangling", 73, "a symbolic link in it leads nowhere"],
  ["app", "linked", 73, "cannot read linked/doc.go: it is a symbolic link that leads out of the module"],
  ["app", "cmd/server/main.go", 73, "is not a directory"],
  ["app", "a b", 64, 'no import path can contain "a b"'],
  ["app", "vendor/x", 64, "go ignores directories with the name vendor"],
  ["app", "_x", 64, "go ignores directories with the name _x"],
  ["app", "func", 64, '"func" cannot be the name of a package'],
  ["app", "main", 64, '"main" cannot be the name of a package'],
  ["app", "2x", 64, '"2x" cannot be the name of a package'],
] as const)("in %s, -o %s is refused", (cwd, output, code, message) => {
  const all = () => readdirSync(root, { recursive: true });
  const before = all();
  expect(() => found(join(root, cwd), output)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  );
  expect(all()).toEqual(before);
});

test.each([
  ["go 1.20", "is for Go 1.20, and the agent needs 1.21"],
  ["", "its go.mod has no go line"],
])("a module with '%s' is too old", (line, message) => {
  const old = put("old", { "go.mod": `module example.com/old\n${line}\n` });
  expect(() => found(old)).toThrow(expect.objectContaining({ code: 69, message: expect.stringContaining(message) }));
});

test("files are replaced together, bytes are kept, and what a link leads to is replaced, not the link", () => {
  const place = put("files", { "a.go": "old a", "b.go": "old b" });
  put("elsewhere", { "c.go": "old c" });
  symlinkSync("../elsewhere/c.go", join(place, "c.go"));
  const long = `${"x".repeat(250)}.go`;
  const writes = new Map([
    ["a.go", "new \xff"],
    ["b.go", undefined],
    ["c.go", "new c"],
  ] as const);
  // The last name is too long for the file that is to be written beside it.
  expect(() => replaceFiles(place, new Map([...writes, [long, "x"]]))).toThrow("the name is too long");
  expect(readdirSync(place).sort()).toEqual(["a.go", "b.go", "c.go"]);
  expect(readFileSync(join(place, "a.go"), "utf8")).toBe("old a");
  expect(() => replaceFiles(join(root, "new/deep"), new Map([[long, "x"]]))).toThrow("the name is too long");
  expect(readdirSync(root)).not.toContain("new");
  // The last one cannot be put where a directory is, after the others have been put to their places.
  mkdirSync(join(place, "d.go"));
  const failing = new Map([...writes, ["n.go", "new n"], ["d.go", "new d"]] as const);
  expect(() => replaceFiles(place, failing)).toThrow("d.go");
  expect(readdirSync(place).sort()).toEqual(["a.go", "b.go", "c.go", "d.go"]);
  expect(readFileSync(join(place, "a.go"), "utf8")).toBe("old a");
  expect(readFileSync(join(root, "elsewhere/c.go"), "utf8")).toBe("old c");
  expect(readdirSync(join(root, "elsewhere"))).toEqual(["c.go"]);
  rmSync(join(place, "d.go"), { recursive: true });
  // What killed processes left; this one still runs.
  for (const pid of [4194304, process.ppid]) writeFileSync(join(place, `.a.go.${pid}.tmp`), "");
  replaceFiles(place, writes);
  rmSync(join(place, `.a.go.${process.ppid}.tmp`));
  expect(readdirSync(place).sort()).toEqual(["a.go", "c.go"]);
  expect(readFileSync(join(place, "a.go"))).toEqual(Buffer.from("new \xff", "latin1"));
  expect(readFileSync(join(root, "elsewhere/c.go"), "utf8")).toBe("new c");
});
