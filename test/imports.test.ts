import { existsSync, readdirSync, readFileSync } from "node:fs";
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
  join: ["base", "calltrace", "calltree", "exectrace", "analyses"],
  callstats: ["base", "calltree"],
  follow: ["base", "calltrace"],
  render: ["base", "follow", "calltree", "callstats", "exectrace", "analyses", "rules"],
  export: ["base", "follow", "calltree", "callstats", "analyses", "rules", "render"],
  // Code that runs in the browser reads the data that page/data packs, and is a room of its own.
  "page/data": ["base", "exectrace", "calltree", "callstats", "analyses", "rules", "render"],
  page: ["base", "analyses", "render", "rules", "page/data"],
  cli: [
    "base",
    "build",
    "gotool",
    "instrument",
    "calltrace",
    "calltree",
    "callstats",
    "follow",
    "join",
    "exectrace",
    "analyses",
    "rules",
    "render",
    "export",
    "page/data",
  ],
};

/** Folders that only compute: no files, processes or terminal. */
const pure = [
  "analyses",
  "base",
  "callstats",
  "calltrace",
  "calltree",
  "exectrace",
  "export",
  "follow",
  "join",
  "page",
  "page/data",
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

function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, imported]) => imported);
}

/** The folder whose rule applies to a file: the innermost one that has a rule. */
function roomOf(file: string): string {
  const [first = "", second = ""] = relative(source, file).split("/");
  return `${first}/${second}` in allowed ? `${first}/${second}` : first;
}

function violations(): string[] {
  const found: string[] = [];
  for (const file of sourceFiles(source)) {
    const folder = roomOf(file);
    const text = readFileSync(file, "utf8");
    const name = relative(source, file);
    for (const imported of importsOf(text)) {
      if (imported.startsWith(".")) {
        const target = roomOf(resolve(dirname(file), imported));
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

/** By file of src: those that it imports. @param importsIn finds the imports in the text of a file */
function importTable(importsIn: (text: string) => string[]): Map<string, string[]> {
  const imports = new Map<string, string[]>();
  for (const file of sourceFiles(source)) {
    const relativeImports = importsIn(readFileSync(file, "utf8")).filter((imported) => imported.startsWith("."));
    const paths = relativeImports.map((imported) => `${resolve(dirname(file), imported).replace(/\.js$/, "")}.ts`);
    imports.set(
      relative(source, file),
      paths.map((path) => relative(source, path)),
    );
  }
  return imports;
}

/** The imports that are there at run time and that a file does not load on demand. */
function loadedWith(text: string): string[] {
  const found = [...text.matchAll(/^(?:import|export) (?!type\b)([^;"]*?)from "([^"]+)"/gm)];
  const onlyTypes = /^\{\s*(?:type \w+(?: as \w+)?,?\s*)+\}\s*$/;
  return found.filter(([, names]) => !onlyTypes.test(names)).map(([, , imported]) => imported);
}

/** Files that import one another, including types and `import()`: each circle as its files in order of name. */
function circles(): string[][] {
  const imports = importTable(importsOf);
  const reached = new Map([...imports.keys()].map((file) => [file, reachable(imports, file)]));
  const found = new Map<string, string[]>();
  for (const [file, from] of reached) {
    if (!from.has(file)) continue;
    const circle = [...from].filter((other) => reached.get(other)?.has(file)).sort();
    found.set(circle[0], circle);
  }
  return [...found.values()];
}

/** Files that a file imports, directly or indirectly; the file itself only if it is in a circle. */
function reachable(imports: ReadonlyMap<string, readonly string[]>, file: string): Set<string> {
  const found = new Set<string>();
  const open = [file];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const imported of imports.get(next) ?? []) {
      if (found.has(imported)) continue;
      found.add(imported);
      open.push(imported);
    }
  }
  return found;
}

test("no files import one another in a circle, but for one state machine", () => {
  const machine = ["cursor", "failure", "state"].map((name) => `exectrace/core/${name}.ts`);
  expect(circles()).toEqual([machine]);
});

test("folders import only what the house allows", () => {
  expect(violations()).toEqual([]);
});

test("every folder of src has a rule", () => {
  expect(
    readdirSync(source, { withFileTypes: true })
      .filter((e) => e.isDirectory())
      .map((e) => e.name)
      .sort(),
  ).toEqual(
    Object.keys(allowed)
      .filter((room) => !room.includes("/"))
      .sort(),
  );
});

test("a comparison loads what its kind of trace needs", () => {
  const imports = importTable(loadedWith);
  const roomsOf = (...files: string[]) =>
    new Set(files.flatMap((file) => [file, ...reachable(imports, file)]).map((file) => file.split("/")[0]));
  const ofCalls = roomsOf("cli/commands/diff.ts", "cli/flags/diff-calls.ts", "cli/report/diff-calls.ts");
  expect(ofCalls).toContain("callstats");
  expect(ofCalls).not.toContain("analyses");
  const ofExecution = roomsOf("cli/commands/diff.ts", "cli/flags/diff-execution.ts", "cli/analyze/diff-execution.ts");
  expect(ofExecution).toContain("analyses");
  expect(ofExecution).not.toContain("callstats");
  expect(ofExecution).not.toContain("calltree");
});

test("only commands and what makes options of flags know flags; help and the type of a command know what a flag is", () => {
  const others = [...sourceFiles(join(source, "cli"))]
    .map((file) => ({ name: relative(join(source, "cli"), file), text: readFileSync(file, "utf8") }))
    .filter(({ name, text }) => !/^(commands|flags)\//.test(name) && /\bParsedFlags\b|\/flags\//.test(text));
  expect(others.map(({ name }) => name).sort()).toEqual(["command.ts", "help/completion.ts"]);
});

test("each room has a README, and the files that it names exist", () => {
  const root = resolve(source, "..");
  for (const room of readdirSync(source).filter((name) => !name.includes("."))) {
    const text = readFileSync(join(source, room, "README.md"), "utf8");
    const named = [...text.matchAll(/`([\w./-]+(?:\.ts|\.mjs|\.go|\/))`/g)].map((match) => match[1]);
    const missing = named.filter(
      (path) => ![join(source, room), source, root].some((at) => existsSync(resolve(at, path))),
    );
    expect(missing, room).toEqual([]);
  }
});
