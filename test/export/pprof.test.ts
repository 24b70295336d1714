/** Reads exported profiles with their published schema. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import protobuf from "protobufjs";
import { expect, test } from "vitest";
import type { CallForest } from "../../src/calltree/index.js";
import { type PprofOptions, renderPprof } from "../../src/export/pprof.js";
import { grow, scripted } from "../calltree/script.js";
import { buildForest } from "../support/calltrace/build-forest.js";
import { memorySource } from "../support/calltrace/memory-source.js";

const schema = resolve(import.meta.dirname, "../../testdata/proto/profile.proto");
const Profile = protobuf.parse(readFileSync(schema, "utf8")).root.lookupType("perftools.profiles.Profile");

/** The parts of a profile that the tests check; 64-bit numbers as numbers. */
interface Read {
  stringTable: string[];
  sampleType: { type: number; unit: number }[];
  defaultSampleType: number;
  sample: { locationId: number[]; value: number[]; label: { key: number; str: number }[] }[];
  mapping: { id: number; filename: number; hasFunctions: boolean }[];
  location: { id: number; mappingId: number; line: { functionId: number; line: number }[] }[];
  function: { id: number; name: number; systemName: number; filename: number; startLine: number }[];
  comment: number[];
  timeNanos: number;
  durationNanos: number;
}

function read(forest: CallForest, options: PprofOptions = {}): Read {
  const bytes = gunzipSync(Buffer.concat([...renderPprof(forest, options)]));
  expect(Profile.verify(Profile.decode(bytes))).toBeNull();
  return Profile.toObject(Profile.decode(bytes), { longs: Number, defaults: true }) as Read;
}

/** Samples as `leaf:line;…;root:line calls ns {labels}`. */
function samples(profile: Read): string[] {
  const text = (index: number) => profile.stringTable[index];
  const frame = (id: number) => {
    const { line } = profile.location.find((location) => location.id === id)!;
    const func = profile.function.find((each) => each.id === line[0].functionId)!;
    return `${text(func.name)}:${line[0].line}`;
  };
  return profile.sample.map(({ locationId, value, label }) => {
    const labels = label.map(({ key, str }) => ` ${text(key)}=${text(str)}`).join("");
    return `${locationId.map(frame).join(";")} ${value.join(" ")}${labels}`;
  });
}

const forest = grow(`
  0      g1 { main.main
  1      g1 { main.b
  1.3    g1 }
  2      g1 { main.b
  2.0004 g1 }
  3      g1 go g2
  4      g2 { main.a
  5      g2 { main.b
  8      g2 }
  9      g2 }
  2000   g1 }`);

test("a sample for each path, leaf first; a goroutine continues the stack at the line of its go statement", () => {
  const profile = read(forest);
  expect(samples(profile)).toEqual([
    "main.main:1 1 1999700",
    "main.b:2;main.main:1 2 300",
    "main.a:4;main.main:3 1 2000",
    "main.b:2;main.a:4;main.main:3 1 3000",
  ]);
  const text = (index: number) => profile.stringTable[index];
  expect(profile.sampleType.map(({ type, unit }) => `${text(type)}/${text(unit)}`)).toEqual([
    "calls/count",
    "wall/nanoseconds",
  ]);
  expect(text(profile.defaultSampleType)).toBe("wall");
  expect(profile.durationNanos).toBe(2000_000);
  expect(
    profile.function.map(({ name, systemName, filename, startLine }) => [
      text(name),
      text(systemName),
      text(filename),
      startLine,
    ]),
  ).toEqual([
    ["main.main", "main.main", "main.go", 1],
    ["main.b", "main.b", "main.go", 2],
    ["main.a", "main.a", "main.go", 4],
  ]);
  expect(profile.mapping).toMatchObject([{ id: 1, hasFunctions: true }]);
});

test("stacks of goroutines by themselves, where that is wanted", () => {
  expect(samples(read(forest, { goroutineRoots: true }))).toEqual([
    "main.main:1 1 1999700",
    "main.b:2;main.main:1 2 300",
    "main.a:4 1 2000",
    "main.b:2;main.a:4 1 3000",
  ]);
});

test("comments, and the test that a path belongs to as a label", () => {
  const profile = read(
    grow(`
  0 g1 { main.TestMain
  1 g1 { main.TestA
  2 g1 { main.b
  3 g1 }
  4 g1 }
  5 g1 }`),
    { comments: ["first", "second"] },
  );
  expect(profile.comment.map((index) => profile.stringTable[index])).toEqual(["first", "second"]);
  expect(samples(profile)).toEqual([
    "main.TestMain:1 1 2000",
    "main.TestA:2;main.TestMain:1 1 2000 test=main.TestA",
    "main.b:3;main.TestA:2;main.TestMain:1 1 1000 test=main.TestA",
  ]);
});

test("the label of a path names the subtest", () => {
  const profile = read(
    grow(`
  0 g1 { main.TestA
  1 g2<g1=TestA/first_case { main.TestA.func1
  2 g2 { main.b
  3 g2 }
  4 g2 }
  5 g1 }`),
  );
  expect(samples(profile).map((sample) => sample.replace(/.* /, ""))).toEqual([
    "test=main.TestA",
    "test=main.TestA/first_case",
    "test=main.TestA/first_case",
  ]);
});

test("processes have labels, executables have mappings, locations are theirs", () => {
  const program = "0 g1 { main.main\n1 g1 }";
  const header = (executable: string, pid: bigint, startWall: bigint) => ({
    header: { strings: { executable }, numbers: { pid, startWall } },
  });
  const both = buildForest([
    memorySource(scripted(program, header("/bin/one", 7n, 1_700_000_000_000_000_000n))),
    memorySource(scripted(program, header("/bin/two", 8n, 1_700_000_001_000_000_000n))),
  ]);
  const profile = read(both);
  expect(samples(profile)).toEqual([
    "main.main:1 1 1000 process=/bin/one (7)",
    "main.main:1 1 1000 process=/bin/two (8)",
  ]);
  expect(profile.mapping.map(({ filename }) => profile.stringTable[filename])).toEqual(["/bin/one", "/bin/two"]);
  expect(profile.sample.map(({ locationId }) => profile.location[locationId[0] - 1].mappingId)).toEqual([1, 2]);
  expect(profile.durationNanos).toBe(1_000_001_000);
});

test("the calls above paths beyond the limit are not counted twice", () => {
  const many = grow(Array.from({ length: 30 }, (_, i) => `${2 * i} g1 { main.f${i}\n${2 * i + 1} g1 }`).join("\n"), {
    pathLimit: 10,
  });
  const profile = read(many);
  expect(profile.sample.reduce((sum, { value }) => sum + value[0], 0)).toBe(30);
  expect(profile.sample.reduce((sum, { value }) => sum + value[1], 0)).toBe(30_000);
});

test("deepest stacks, in several pieces", () => {
  const deep = Array.from({ length: 3000 }, (_, i) => `${i} g1 { main.f${i % 50}`).join("\n");
  const profile = read(grow(deep));
  expect(Math.max(...profile.sample.map(({ locationId }) => locationId.length))).toBe(400);
  const pieces = [...renderPprof(grow(Array.from({ length: 3000 }, (_, i) => `${i} g1 { main.f${i}`).join("\n")))];
  expect(pieces.length).toBeGreaterThan(5);
});
