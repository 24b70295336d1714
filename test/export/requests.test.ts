/** The table of requests, against what `gotrace requests` finds. */
import { expect, test } from "vitest";
import { type Recording, readRecording, STATES, type UserTask } from "../../src/calltree/index.js";
import { renderNdjson } from "../../src/export/ndjson.js";
import { scripted } from "../calltree/script.js";
import { ScriptedClock } from "../calltree/scripted-clock.js";
import { memorySource } from "../support/calltrace/memory-source.js";

const SCRIPT = `
  0   g1 { main.main
  10  g2<g1 { main.handle
  12  g2 { main.query
  18  g2 }
  20  g2 }
  30  g2 { main.handle
  60  g2 }
  50  g4<g1=TestGet { main.TestGet
  90  g4 }
  100 g1 }`;

class ServerClock extends ScriptedClock {
  constructor(
    states: string,
    private readonly server: number,
    readonly tasks: readonly UserTask[] = [],
  ) {
    super(states);
  }

  serves(goid: number): boolean {
    return goid === this.server;
  }
}

type Found = Record<string, string | number | null>;

function requestsIn(recording: Recording, ...columns: string[]): Found[] {
  const text = Buffer.concat([...renderNdjson(recording, { table: "requests" })]).toString();
  const rows = text.split("\n").filter((line) => line !== "");
  return rows.map((line) => {
    const row = JSON.parse(line) as Found;
    return Object.fromEntries(columns.flatMap((name) => (row[name] === undefined ? [] : [[name, row[name]]])));
  });
}

const read = (script = SCRIPT) => readRecording(memorySource(scripted(script)));
const handler = { name: "main.handle", goroutine: 2 };

test("each handler's call is a row with its states", () => {
  const recording = read().withStates(() => new ServerClock("g2 35-55 lock", 2));
  const columns = ["kind", "name", "goroutine", "number", "duration_ns", "self_ns", "lock_ns", "calls", "ending"];
  expect(requestsIn(recording, ...columns)).toEqual([
    {
      ...handler,
      kind: "handler",
      number: 1,
      duration_ns: 10_000,
      self_ns: 4000,
      lock_ns: 0,
      calls: 1,
      ending: "return",
    },
    {
      ...handler,
      kind: "handler",
      number: 3,
      duration_ns: 30_000,
      self_ns: 30_000,
      lock_ns: 20_000,
      calls: 0,
      ending: "return",
    },
  ]);
  const [, slow] = requestsIn(recording, ...STATES.map((state) => `${state}_ns`));
  expect(Object.values(slow).reduce<number>((sum, part) => sum + Number(part), 0)).toBe(30_000);
});

test("without handlers the tasks, and without these the tests", () => {
  const task = { name: "order", goid: 2, begin: 11_000, end: 55_000, isEnded: true };
  const withTask = read().withStates(() => new ServerClock("g2 35-55 lock", 0, [task]));
  expect(requestsIn(withTask, "kind", "name", "number", "duration_ns", "unknown_ns", "function")).toEqual([
    { kind: "task", name: "order", number: 1, duration_ns: 44_000, unknown_ns: 44_000, function: "main.handle" },
  ]);
  const withTests = read().withStates(() => new ServerClock("g2 35-55 lock", 0));
  expect(requestsIn(withTests, "kind", "name", "function", "test", "duration_ns")).toEqual([
    { kind: "test", name: "main.TestGet", function: "main.TestGet", test: "main.TestGet", duration_ns: 40_000 },
  ]);
});

test("without states handlers are guessed, and where nothing is a request there is no row", () => {
  expect(requestsIn(read(), "kind", "name", "number", "running_ns")).toEqual([
    { kind: "guessed handler", name: "main.handle", number: 1 },
    { kind: "guessed handler", name: "main.handle", number: 3 },
  ]);
  expect(requestsIn(read("0 g1 { main.main\n 10 g1 }"), "kind")).toEqual([]);
});
