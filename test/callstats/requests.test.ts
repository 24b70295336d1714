import { expect, test } from "vitest";
import { RequestCollector, type RootKind } from "../../src/callstats/index.js";
import { type Recording, readRecording, STATES } from "../../src/calltree/index.js";
import { isServerFunction } from "../../src/join/servers.js";
import { requestsJson, requestsTable } from "../../src/render/numbers/requests.js";
import { plainWidth } from "../../src/render/style.js";
import { scripted } from "../calltree/script.js";
import { ScriptedClock } from "../calltree/scripted-clock.js";
import { memorySource } from "../support/calltrace/memory-source.js";

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

test("without an execution trace, calls on goroutines that untraced code started are taken for requests, and that is said", () => {
  const found = requestsOf(read(), { kind: "handlers" });
  expect(summary(found)).toEqual(["main.handle ×2 30", "main.load ×1 5"]);
  expect(found.guessed).toBe(true);
  const report = { requests: found, titles: undefined, costs: [], notices: [] };
  const style = { colour: false, width: undefined, widthOf: plainWidth };
  expect([...requestsTable(report, style)].join("")).toContain("requests are guessed");
  expect(JSON.parse([...requestsJson(report)].join(""))).toMatchObject({ requests: 3, guessed: true });
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
    "net/http.(*persistConn).readLoop",
    "main.main",
    "golang.org/x/sync/errgroup.(*Group).Go.func1",
  ]) {
    expect(isServerFunction(name), name).toBe(false);
  }
});
