import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const source = resolve(import.meta.dirname, "../src");

/** Which folders of src a folder may import; src/README.md says why. */
const allowed: Record<string, readonly string[]> = {
  base: [],
  gotool: ["base"],
  instrument: ["base"],
  build: ["base", "gotool", "instrument"],
  calltrace: ["base"],
  exectrace: ["base"],
  analyses: ["base", "exectrace"],
  rules: ["base", "exectrace", "analyses"],
  calltree: ["base", "calltrace"],
  callstats: ["base", "calltree"],
  render: ["base", "calltree", "callstats", "exectrace", "analyses", "rules"],
  export: ["base", "calltree", "rules"],
  page: ["base", "analyses", "render", "rules"],
  cli: [
    "base",
    "build",
    "gotool",
    "instrument",
    "calltrace",
    "calltree",
    "callstats",
    "exectrace",
    "analyses",
    "rules",
    "render",
    "export",
  ],
};

/** Folders that compute and leave files, processes and the terminal to others. */
const pure = [
  "analyses",
  "base",
  "callstats",
  "calltrace",
  "calltree",
  "exectrace",
  "export",
  "page",
  "render",
  "rules",
];

function* sourceFiles(directory: string): Generator<string> {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* sourceFiles(path);
    else if (entry.name.endsWith(".ts")) yield path;
  }
}

function violations(): string[] {
  const found: string[] = [];
  for (const file of sourceFiles(source)) {
    const folder = relative(source, file).split("/")[0];
    const text = readFileSync(file, "utf8");
    const name = relative(source, file);
    for (const [, imported] of text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)) {
      if (imported.startsWith(".")) {
        const target = relative(source, resolve(dirname(file), imported)).split("/")[0];
        if (target !== folder && !allowed[folder]?.includes(target)) {
          found.push(`${name} imports ${imported}: ${folder} may import ${allowed[folder]?.join(", ") || "nothing"}`);
        }
      } else if (pure.includes(folder) && /^node:(fs|child_process|process)/.test(imported)) {
        found.push(`${name} imports ${imported}: ${folder} opens no files and starts no processes`);
      }
    }
    if (pure.includes(folder) && /\bconsole\.|\bprocess\.(stdout|stderr|exit)/.test(text)) {
      found.push(`${name} writes to the terminal: ${folder} returns text, cli prints it`);
    }
  }
  return found;
}

test("folders import only what the house allows", () => {
  expect(violations()).toEqual([]);
});

test("every folder of src has a rule", () => {
  expect(
    readdirSync(source, { withFileTypes: true })
      .filter((e) => e.isDirectory())
      .map((e) => e.name)
      .sort(),
  ).toEqual(Object.keys(allowed).sort());
});

test("only commands and what makes options of flags know flags", () => {
  const others = [...sourceFiles(join(source, "cli"))]
    .map((file) => ({ name: relative(join(source, "cli"), file), text: readFileSync(file, "utf8") }))
    .filter(({ name, text }) => !/^(commands|flags)\//.test(name) && /\bParsedFlags\b/.test(text));
  expect(others.map(({ name }) => name)).toEqual([]);
});
