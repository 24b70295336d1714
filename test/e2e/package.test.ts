/** The npm package: third-party code in it, how it installs, and how it starts. */

import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, symlinkSync } from "node:fs";
import { join, posix } from "node:path";
import { runInNewContext } from "node:vm";
import { transformSync } from "esbuild";
import { describe, expect, test } from "vitest";
import { bundled } from "../support/bundle.js";
import { repository, temporaryDirectory } from "./support.js";

const at = (path: string) => join(repository, path);
const read = (path: string) => readFileSync(at(path), "utf8");

describe("the entry", () => {
  const entry = readFileSync(bundled("gotrace.cjs"), "utf8");
  const start = (node: string) => {
    const loaded: string[] = [];
    const said: string[] = [];
    const process = { versions: { node }, exitCode: 0, stderr: { write: (text: string) => said.push(text) } };
    runInNewContext(entry, { process, require: (path: string) => loaded.push(path) });
    return { loaded, said, code: process.exitCode };
  };

  test("is read by the oldest Node", () => {
    expect(() => transformSync(entry, { target: "es5" })).not.toThrow();
    expect(() => transformSync("const a = () => 1", { target: "es5" })).toThrow();
  });

  test.each(["0.12.18", "12.22.12", "18.20.8", "20.18.3"])(
    "says in a line that Node %s is too old, and loads nothing",
    (node) => {
      const line = `gotrace: Node ${node} is too old: install Node 20.19 or newer (https://nodejs.org)\n`;
      expect(start(node)).toEqual({ loaded: [], said: [line], code: 69 });
    },
  );

  test.each(["20.19.0", "22.0.0", "24.11.1"])("starts on Node %s", (node) => {
    expect(start(node)).toEqual({ loaded: ["./start.cjs"], said: [], code: 0 });
  });
});

describe("notices", () => {
  const notices = readFileSync(bundled("THIRD_PARTY_NOTICES.txt"), "utf8");
  const inputs = (JSON.parse(read("dist/metafiles.json")) as { inputs: object }[]).flatMap((meta) =>
    Object.keys(meta.inputs),
  );
  const packages = new Set(inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));

  test("stand for all packages that are bundled, and for those of which files are copied", () => {
    expect(packages.size).toBeGreaterThan(20);
    const copied = ["assemblyscript", "open", "speedscope", "tree-sitter-go", "web-tree-sitter"];
    for (const path of [...packages, ...copied.map((name) => `node_modules/${name}`)]) {
      const { name, version } = JSON.parse(read(`${path}/package.json`)) as { name: string; version: string };
      const begin = notices.indexOf(`\n${name} ${version} (`);
      expect(begin, path).toBeGreaterThan(0);
      const section = notices.slice(begin, notices.indexOf("=====", begin) >>> 0);
      expect(section, path).toMatch(/Permission (is hereby granted|to use)|Redistribution and use|Apache License/i);
    }
  });

  test("name what Speedscope contains", () => {
    const release = at("node_modules/speedscope/dist/release");
    const [wasm] = execFileSync("ls", [release], { encoding: "utf8" }).match(/jfrview_bg.*\.wasm/)!;
    const crates = readFileSync(join(release, wasm), "latin1").match(/index\.crates\.io-\w+\/[\w-]+?-\d+\.\d+\.\d+/g)!;
    for (const crate of new Set(crates)) {
      const [, name, version] = /\/([\w-]+?)-(\d.*)$/.exec(crate)!;
      expect(notices).toContain(`${name} (in jfrview) ${version} (`);
    }
    for (const name of ["preact", "aphrodite", "pako", "protobufjs", "long", "source-map", "uint8array-json-parser"]) {
      expect(notices).toMatch(new RegExp(`^${name} [\\d.]+ \\(`, "m"));
    }
    expect(existsSync(bundled("speedscope/source-code-pro.LICENSE.md"))).toBe(true);
  });
});

test("the package installs from its tarball without a network, and works", () => {
  const scratch = temporaryDirectory("gotrace-package");
  const npm = (...words: string[]) => {
    const run = spawnSync("npm", words, {
      cwd: repository,
      encoding: "utf8",
      env: { ...process.env, npm_config_cache: join(scratch, "npm") },
    });
    expect(run.status, run.stderr).toBe(0);
    return run.stdout;
  };
  // The existing build is packed unchanged.
  const [{ filename, files }] = JSON.parse(
    npm("pack", "--ignore-scripts", "--json", "--pack-destination", scratch),
  ) as [{ filename: string; files: { path: string }[] }];
  const packed = new Set(files.map(({ path }) => path));
  for (const page of [...packed].filter((path) => path.endsWith(".md") && !path.startsWith("dist/"))) {
    for (const [, link, picture] of read(page).matchAll(/\]\(([^)\s#]+)[^)\s]*\)|(?:src|srcset)="([^"]+)"/g)) {
      const target = link ?? picture;
      if (!/^https?:/.test(target))
        expect(packed, `${page}: ${target}`).toContain(posix.join(posix.dirname(page), target));
    }
  }
  npm("install", "--global", "--offline", "--no-audit", "--prefix", join(scratch, "prefix"), join(scratch, filename));
  const program = join(scratch, "prefix", process.platform === "win32" ? "gotrace.cmd" : "bin/gotrace");
  const cwd = at("testdata/wordcount");
  const env = { ...process.env, GOTRACE_CACHE: join(scratch, "cache") };
  const run = spawnSync(program, ["run", "--save", join(scratch, "t.gotrace"), "."], { cwd, env, encoding: "utf8" });
  expect(run.stdout, run.stderr).toContain("main.main");
  const report = spawnSync(program, ["report", "--html", join(scratch, "t.gotrace")], { cwd, env, encoding: "utf8" });
  expect(report.stdout, report.stderr).toContain("<!doctype html>");
});

test("npm install -g . in a clone that was not built builds it", () => {
  const scratch = temporaryDirectory("gotrace-clone");
  const clone = join(scratch, "clone");
  const left = ["node_modules", "dist", "grammar", ".git", "test", "testdata"].map(at);
  cpSync(repository, clone, { recursive: true, filter: (path) => !left.includes(path) });
  symlinkSync(at("node_modules"), join(clone, "node_modules"));
  const prefix = join(scratch, "prefix");
  // npm passes settings of this project to its scripts; a global installation does not read them.
  const own = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  const installed = spawnSync("npm", ["install", "--global", "--offline", "--no-audit", "--prefix", prefix, "."], {
    cwd: clone,
    encoding: "utf8",
    env: { ...Object.fromEntries(own), npm_config_cache: join(scratch, "npm") },
  });
  expect(installed.status, installed.stderr).toBe(0);
  const program = join(prefix, process.platform === "win32" ? "gotrace.cmd" : "bin/gotrace");
  const version = spawnSync(program, ["--version"], { encoding: "utf8" });
  expect(version.stdout, version.stderr).toMatch(/^gotrace \d+\.\d+\.\d+/);
});
