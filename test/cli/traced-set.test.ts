import { expect, test } from "vitest";
import { packTraced } from "../../src/build/traced-set.js";
import { encodeNote } from "../../src/calltrace/index.js";
import { tracedNames, tracedNotes } from "../../src/cli/run/traced-notes.js";
import type { GoPackage } from "../../src/gotool/packages.js";

const packageOf = (importPath: string, name: string, ...files: string[]) =>
  ({ importPath, name, files }) as unknown as GoPackage;

const names: Readonly<Record<string, readonly string[]>> = {
  "a.go": ["main", "(*T).Run", "Map", "run.func1"],
  "b.go": ["Query"],
};

test("names of a build, as Go spells them", () => {
  const packages = [packageOf("m/cmd/a", "main", "a.go"), packageOf("m/b", "b", "b.go"), packageOf("m/b", "b", "b.go")];
  const namesOf = (file: string) => names[file];
  const read = (tests: boolean) => tracedNames(tracedNotes(packTraced(packages, namesOf, tests)));
  expect(read(false)).toEqual(["main.main", "main.(*T).Run", "main.Map", "main.run.func1", "m/b.Query"]);
  expect(read(true)[0]).toBe("m/cmd/a.main");
  expect(packTraced(packages, () => undefined, false)).toEqual([]);
});

test("a hundred thousand functions take some notes, each of which fits", () => {
  const many = Array.from({ length: 100_000 }, (_, i) => `(*Type${(i * 7919) % 1009}).Method${(i * 104729) % 100003}`);
  const notes = tracedNotes(packTraced([packageOf("example.com/big", "big", "x.go")], () => many, false));
  expect(notes.length).toBeGreaterThan(1);
  for (const note of notes) encodeNote(note);
  expect(tracedNames([{ run: {} }, ...notes])).toHaveLength(new Set(many).size);
  // A set without one of its pieces counts as none, like anything that is not a set.
  expect(tracedNames(notes.slice(1))).toEqual([]);
  expect(tracedNames([{ traced: "AAAA", piece: 0, of: 1 }])).toEqual([]);
});
