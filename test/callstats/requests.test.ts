import { expect, test } from "vitest";
import { RequestCollector, type RootKind, TaskCollector } from "../../src/callstats/index.js";
import { type Recording, readRecording, STATES, type Stays, type UserTask } from "../../src/calltree/index.js";
import { isServerFunction } from "../../src/join/servers.js";
import { StayTable } from "../../src/join/stays.js";
import { requestsJson, requestsTable, unkeptLines } from "../../src/render/numbers/requests.js";
import { plainWidth } from "../../src/render/style.js";
import { scripted } from "../calltree/script.js";
import { ScriptedClock } from "../calltree/scripted-clock.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { TraceWriter } from "../support/calltrace/writer.js";

/** Two requests on a kept-alive connection, a goroutine of an errgroup, a test. */
const SCRIPT = `
  0   g1 { main.main
  10  g2<g1 { main.handle
  12  g2 { main.query
  18  g2 }
  20  g2 }
  30  g2 { main.handle
  60  g2 }
  40  g3<g1 { main.load
  45  g3 }
  50  g4<g1=TestGet { main.TestGet
  90  g4 }
  100 g1 }`;

class ServerClock extends ScriptedClock {
  serves(goid: number): boolean {
    return goid === 2;
  }
}

function requestsOf(recording: Recording, root: RootKind) {
  const collector = new RequestCollector(recording, root, 2);
  recording.visit(collector);
  return collector.requests();
}

const read = (script = SCRIPT) => readRecording(memorySource(scripted(script)));
const named = (name: string): RootKind => ({ kind: "named", matches: (each) => each === name });
const summary = (found: ReturnType<typeof requestsOf>) =>
  found.roots.map(({ name, count, max }) => `${name} ×${count} ${max / 1000}`);

test("what a test calls is no request of a server", () => {
  const script = "0 g1 { main.main\n10 g2<g1=TestGet { main.TestGet\n20 g2 { main.get\n30 g2 }\n40 g2 }\n50 g1 }";
  expect(requestsOf(read(script), { kind: "handlers" }).count).toBe(0);
  expect(summary(requestsOf(read(script), { kind: "tests" }))).toEqual(["main.TestGet ×1 30"]);
});

test("each handler's call is a request, also on a kept-alive connection", () => {
  const recording = read().withStates(() => new ServerClock("g2 35-55 lock"));
  const found = requestsOf(recording, { kind: "handlers" });
  expect(summary(found)).toEqual(["main.handle ×2 30"]);
  expect(found.guessed).toBe(false);
  expect(found.slowest.map(({ start, duration }) => [start, duration])).toEqual([
    [30_000, 30_000],
    [10_000, 10_000],
  ]);
  expect(found.slowest[0].states?.total[STATES.indexOf("lock")]).toBe(20_000);
});

test("requests need no states in trees", () => {
  const clock = () => new ServerClock("g2 35-55 lock");
  const [full, calls] = [read().withStates(clock), read().withStates(clock, false, false)];
  expect([full, calls].map(({ forest }) => forest.processes[0].tree.states !== undefined)).toEqual([true, false]);
  expect(calls.hasStates).toBe(true);
  expect(requestsOf(calls, { kind: "handlers" })).toEqual(requestsOf(full, { kind: "handlers" }));
});

test("without an execution trace, calls on goroutines that untraced code started are taken for requests, and that is said", () => {
  const found = requestsOf(read(), { kind: "handlers" });
  expect(summary(found)).toEqual(["main.handle ×2 30", "main.load ×1 5"]);
  expect(found.guessed).toBe(true);
  const report = { requests: found, titles: undefined, costs: [], notices: [] };
  const style = { colour: false, width: undefined, widthOf: plainWidth };
  expect([...requestsTable(report, style)].join("")).toContain("requests are guessed");
  expect(JSON.parse([...requestsJson(report)].join(""))).toMatchObject({ requests: 3, guessed: true });
});

test("what is open all along a ring is by guess the loop of a server, and no request", () => {
  const trace = new TraceWriter({ ring: 8192, chunkMax: 1024 });
  const [accept, handle, work] = ["main.accept", "main.handle", "main.work"].map((name) =>
    trace.define("function", name),
  );
  trace.writeEarly();
  for (const [number, func] of [accept, handle].entries()) {
    trace.slot(number).begin(100, 5 + number, 1);
    trace.slot(number).enter(200, func);
  }
  for (let time = 1000; time < 1e6; time += 100) {
    for (const number of [0, 1]) {
      trace.slot(number).enter(time, work);
      trace.slot(number).exit(time + 50);
    }
  }
  trace.slot(1).exit(1e6);
  const recording = readRecording(memorySource(trace.finish()));
  const found = requestsOf(recording, { kind: "handlers" });
  expect(found.roots.map(({ name, count }) => `${name} ×${count}`)).toEqual(["main.handle ×1"]);
  expect(found.slowest).toMatchObject([{ end: "return", isCut: true }]);
  expect(unkeptLines(found)).toEqual([expect.stringMatching(/^not taken for requests.*: 1 call open from the ring's/)]);
  // On a goroutine that is known to serve it is a request that hangs.
  const known = recording.withStates(() => Object.assign(new ServerClock("g5 0-1000 running"), { serves: () => true }));
  expect(requestsOf(known, { kind: "handlers" })).toMatchObject({ count: 2, guessed: false });
});

test("tests, and outermost calls of a named function, can be the requests", () => {
  expect(summary(requestsOf(read(), { kind: "tests" }))).toEqual(["main.TestGet ×1 40"]);
  expect(summary(requestsOf(read(), named("main.query")))).toEqual(["main.query ×1 6"]);
  const recursive = "0 g1 { main.a\n1 g1 { main.b\n2 g1 { main.a\n3 g1 }\n4 g1 }\n5 g1 }\n6 g1 { main.a\n8 g1 }";
  expect(summary(requestsOf(read(recursive), named("main.a")))).toEqual(["main.a ×2 5"]);
});

/** Requests of middleware that is called by a server, each of the given length in µs, with the calls of its middle. */
function served(requests: readonly (readonly string[])[]): Recording {
  const lines = requests.flatMap((functions, i) => {
    const at = i * 100;
    const enters = functions.map((name, level) => `${at + level} g2<g1 { ${name}`);
    const exits = functions.map((_, level) => `${at + 90 + level} g2 }`);
    return [...enters, ...exits];
  });
  const script = ["0 g1 { main.main", ...lines, "5000 g1 }"].join("\n");
  return read(script).withStates(() => new ServerClock("g2 0-5000 running"));
}

test("requests behind middleware are counted by the handlers that it chooses, with the times of the whole", () => {
  const chain = ["main.logged", "main.authorised"];
  const found = requestsOf(
    served([
      [...chain, "main.get", "main.query"],
      [...chain, "main.put", "main.query"],
      [...chain, "main.get", "main.query"],
    ]),
    { kind: "handlers" },
  );
  expect(summary(found)).toEqual(["main.get ×2 93", "main.put ×1 93"]);
  expect(found.slowest[0].path.at(-1)).toBe("go~ main.logged");
  expect(found.slowest[0].handler?.slice(-3)).toEqual(["go~ main.logged", "main.authorised", "main.get"]);
});

test("--focus keeps the requests that lead to a function, or come from one", () => {
  const focused = (focus: RegExp) => {
    const recording = readRecording(memorySource(scripted(SCRIPT)), { select: { focus } });
    return summary(
      requestsOf(
        recording.withStates(() => new ServerClock("")),
        { kind: "handlers" },
      ),
    );
  };
  expect(focused(/query/)).toEqual(["main.handle ×1 10"]);
  expect(focused(/handle/)).toEqual(["main.handle ×2 30"]);
  expect(focused(/main\.main/)).toEqual(["main.handle ×2 30"]);
});

test("a helper that a panic passed by is no handler", () => {
  const lines = Array.from({ length: 20 }, (_, i) => {
    const at = i * 100;
    const handler = i % 2 === 0 ? "main.get" : "main.put";
    const helper = i === 7 ? "" : `${at + 61} g2 { main.record\n${at + 62} g2 }\n`;
    return `${at} g2<g1 { main.logged\n${at + 1} g2 { ${handler}\n${at + 60} g2 }\n${helper}${at + 63} g2 }`;
  });
  const recording = read(["0 g1 { main.main", ...lines, "5000 g1 }"].join("\n"));
  const found = requestsOf(
    recording.withStates(() => new ServerClock("g2 0-5000 running")),
    { kind: "handlers" },
  );
  expect(summary(found)).toEqual(["main.get ×10 63", "main.put ×10 63"]);
});

test("a handler that calls one function, or now and then another one, is the handler itself", () => {
  const once = served([
    ["main.handle", "main.query"],
    ["main.handle", "main.query"],
  ]);
  expect(summary(requestsOf(once, { kind: "handlers" }))).toEqual(["main.handle ×2 91"]);
  const rarely = served([["main.handle", "main.hit"], ...Array.from({ length: 9 }, () => ["main.handle"])]);
  expect(summary(requestsOf(rarely, { kind: "handlers" }))).toEqual(["main.handle ×10 91"]);
});

test("what the slowest tenth has more of than the others", () => {
  const calls = Array.from(
    { length: 20 },
    (_, i) => `${i * 100} g2<g1 { main.handle\n${i * 100 + (i < 2 ? 50 : 10)} g2 }`,
  );
  const clock = new ServerClock("g2 5-45 lock\ng2 105-145 lock");
  const recording = read(["0 g1 { main.main", ...calls, "5000 g1 }"].join("\n")).withStates(() => clock);
  const [{ slow, usual }] = requestsOf(recording, { kind: "handlers" }).roots;
  const lock = STATES.indexOf("lock");
  expect([slow?.[lock], usual?.[lock]]).toEqual([40_000, 0]);
  const report = { requests: requestsOf(recording, { kind: "handlers" }), titles: undefined, costs: [], notices: [] };
  const table = [...requestsTable(report, { colour: false, width: undefined, widthOf: plainWidth })].join("");
  expect(table).toMatch(/20 .* lock \+40\.0µs +main\.handle/);
});

test("the goroutines of servers are known by the function they start with", () => {
  for (const name of [
    "net/http.(*Server).Serve.gowrap3",
    "net/http.(*conn).serve",
    "net/http.(*http2serverConn).runHandler",
    "google.golang.org/grpc.(*Server).serveStreams.func2.1",
  ]) {
    expect(isServerFunction(name), name).toBe(true);
  }
  for (const name of [
    "github.com/nats-io/nats%2ego.(*Conn).waitForMsgs.gowrap2",
    "github.com/hibiken/asynq.(*processor).exec.func2.1",
    "github.com/quic-go/quic-go/http3.(*Server).handleConn.func2",
  ]) {
    expect(isServerFunction(name), name).toBe(true);
  }
  for (const name of [
    "net/http.(*persistConn).readLoop",
    "main.main",
    "golang.org/x/sync/errgroup.(*Group).Go.func1",
  ]) {
    expect(isServerFunction(name), name).toBe(false);
  }
});

/** A goroutine with two tasks, one within the other; one that a queue of another module started. */
const JOBS = `
  0   g1 { main.main
  10  g1 { main.job
  14  g1 { main.read
  16  g1 { main.leaf
  18  g1 }
  20  g1 }
  30  g1 { main.store
  40  g1 }
  50  g1 }
  11  g2<g1 { main.onMessage
  13  g2 }
  15  g2 { main.onMessage
  16  g2 }
  17  g2 { main.onMessage
  19  g2 }
  21  g3<g1 { main.onMessage
  22  g3 }
  60  g1 }`;

class JobClock extends ScriptedClock {
  readonly tasks: UserTask[] = [
    { name: "import", goid: 1, begin: 12_000, end: 45_000, isEnded: true },
    { name: "parse", goid: 1, begin: 13_000, end: 25_000, isEnded: true },
    { name: "sweep", goid: 7, begin: 20_000, end: 60_000, isEnded: false },
  ];
  readonly stays: Stays;

  constructor(starts: Readonly<Record<number, string>>) {
    super("g1 30-35 lock");
    const table = new StayTable();
    const stay = { state: STATES.indexOf("lock"), reason: "sync", waker: -1, place: "", wakerPlace: "" };
    table.add(1, 30_000, 35_000, stay);
    this.stays = {
      ...{ goroutines: table.goroutines, reasons: table.reasons, places: table.places },
      stoppedWithin: () => 0,
      startOf: (goid) => starts[goid] ?? "",
      cursor: () => table.cursor(0),
    };
  }
}

const jobs = (starts: Readonly<Record<number, string>> = {}) => read(JOBS).withStates(() => new JobClock(starts));

test("tasks of runtime/trace: by type, with the call in which they began and the states of their goroutine", () => {
  const recording = jobs();
  const tasksOf = (type?: string) => {
    const collector = new TaskCollector(recording, 3, type === undefined ? undefined : (name) => name === type);
    recording.visit(collector);
    return collector.requests();
  };
  const found = tasksOf();
  expect(summary(found)).toEqual(["sweep ×1 40", "import ×1 33", "parse ×1 12"]);
  const [sweep, whole, parse] = found.slowest;
  expect([whole.task, whole.path, whole.self, whole.calls]).toEqual(["import", ["main.main", "main.job"], 17_000, 3]);
  expect([parse.path.at(-1), parse.self, parse.calls]).toEqual(["main.job", 6000, 2]);
  expect([sweep.path, sweep.end]).toEqual([[], "running"]);
  const inLock = whole.states?.total[STATES.indexOf("lock")];
  expect([inLock, whole.states?.total.reduce((a, b) => a + b)]).toEqual([5000, 33_000]);
  expect(summary(tasksOf("parse"))).toEqual(["parse ×1 12"]);

  const report = { requests: found, titles: undefined, costs: [], notices: [] };
  const text = [...requestsTable(report, { colour: false, width: undefined, widthOf: plainWidth })].join("");
  expect(text).toMatch(/\btask import\n +main\.main > main\.job\n/);
  const json = JSON.parse([...requestsJson(report)].join(""));
  expect(json.roots[0].task).toBe("sweep");
  expect(json.slowest.map(({ task, function: of }: Record<string, string>) => `${task} in ${of}`)).toEqual([
    "sweep in null",
    "import in main.job",
    "parse in main.job",
  ]);
});

test("by guess, calls on goroutines that another module started; not those of the standard library or of an errgroup", () => {
  const callbacks = (starts: Readonly<Record<number, string>>) =>
    summary(requestsOf(jobs(starts), { kind: "callbacks" }));
  const queue = "example.com/queue.(*Consumer).loop.gowrap1";
  expect(callbacks({ 1: "runtime.main", 2: queue, 3: queue })).toEqual(["main.onMessage ×4 2"]);
  const others = { 1: "main.main", 2: "golang.org/x/sync/errgroup.(*Group).Go.func1", 3: "time.goFunc" };
  expect(callbacks(others)).toEqual([]);
});
