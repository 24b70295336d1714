/** Reads exported spans with the published schema of OTLP. */
import { resolve } from "node:path";
import protobuf from "protobufjs";
import { expect, test } from "vitest";
import {
  callIdsOf,
  familiesOf,
  parseCallId,
  type RecordingOptions,
  readRecording,
  type StateClock,
} from "../../src/calltree/index.js";
import { renderOtlp } from "../../src/export/otlp.js";
import { scripted } from "../calltree/script.js";
import { ScriptedClock } from "../calltree/scripted-clock.js";
import { memorySource } from "../support/calltrace/memory-source.js";

const root = new protobuf.Root();
const protos = resolve(import.meta.dirname, "../../testdata/proto");
root.resolvePath = (_origin, target) => resolve(protos, target);
root.loadSync("opentelemetry/proto/trace/v1/trace.proto");
const TracesData = root.lookupType("opentelemetry.proto.trace.v1.TracesData");

interface Attribute {
  key: string;
  value: { stringValue?: string; intValue?: string; arrayValue?: { values: Attribute["value"][] } };
}

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  links: { traceId: string; spanId: string }[];
  kind: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Attribute[];
  status: { code: string; message: string } | null;
  events: { name: string; timeUnixNano: string; attributes: Attribute[] }[];
}

/** Converts OTLP's JSON to protobuf's JSON, where ids are base64. Fields that the schema does not have are an error. */
function read(line: string): {
  resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: Span[] }[] }[];
} {
  const plain = JSON.parse(line, (key, value) => {
    if (!/^(traceId|spanId|parentSpanId)$/.test(key)) return value;
    expect(value).toMatch(key === "traceId" ? /^[0-9a-f]{32}$/ : /^[0-9a-f]{16}$/);
    return Buffer.from(value, "hex").toString("base64");
  });
  expect(unknownFields(TracesData, plain)).toEqual([]);
  expect(TracesData.verify(TracesData.fromObject(plain))).toBeNull();
  // Through the wire format, as a receiver would store it.
  const decoded = TracesData.decode(TracesData.encode(TracesData.fromObject(plain)).finish());
  return TracesData.toObject(decoded, { longs: String, enums: String, bytes: String, defaults: true }) as never;
}

function unknownFields(type: protobuf.Type, value: object, path = ""): string[] {
  return Object.entries(value).flatMap(([key, inner]) => {
    const field =
      type.fields[key] ?? Object.values(type.fields).find(({ name }) => protobuf.util.camelCase(name) === key);
    if (field === undefined) return [`${path}.${key}`];
    const { resolvedType } = field.resolve();
    if (!(resolvedType instanceof protobuf.Type)) return [];
    const all: object[] = Array.isArray(inner) ? inner : [inner];
    return all.flatMap((one) => unknownFields(resolvedType, one, `${path}.${key}`));
  });
}

function lines(script: string, options: RecordingOptions = {}, clock?: StateClock): string[] {
  const bytes = scripted(script, {
    header: {
      numbers: { startWall: 1_700_000_000_999_999_744n },
      strings: { executable: "/tmp/x/shop", platform: "linux/amd64", goVersion: "go1.26.8" },
    },
  });
  const plain = readRecording(memorySource(bytes), options);
  const recording = clock === undefined ? plain : plain.withStates(() => clock);
  const statements = () => ["5 events"];
  const pieces = [...renderOtlp(recording, { version: "1.2.3", notices: statements })].map((piece) =>
    Buffer.from(piece).toString(),
  );
  for (const piece of pieces) expect(piece).toMatch(/^[^\n]*\n$/);
  return pieces;
}

const program = `
  0  g1 { main.main
  1  g1 go g2
  2  g2 { main.TestA
  3  g2 { main.leaf
  4  g2 } panic
  5  g2 } goexit
  6  g1 { p/q.run
  7  g3<g1 { p/q.run.func1
  8  g3 }
  9  g1 }
  10 g1 { main.leaf`;

const plain = (attributes: Attribute[]) =>
  Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue || value.intValue || value.arrayValue?.values]),
  );

test("a span names the subtest that it belongs to", () => {
  const script = `
  0  g1 { main.TestA
  1  g2<g1=TestA/first_case { main.TestA.func1
  2  g2 { main.leaf
  3  g2 }
  4  g2 }
  5  g1 }`;
  const { spans } = read(lines(script)[0]).resourceSpans[0].scopeSpans[0];
  expect(spans.map(({ name, attributes }) => `${name}: ${plain(attributes)["test.case.name"]}`)).toEqual([
    "main.TestA: main.TestA",
    "main.leaf: main.TestA/first_case",
    "main.TestA.func1: main.TestA/first_case",
  ]);
});

test("spans as the schema wants them, with exact times and parents across goroutines", () => {
  const [line, ...more] = lines(program);
  expect(more).toEqual([]);
  const [{ resource, scopeSpans }] = read(line).resourceSpans;
  expect(plain(resource.attributes)).toMatchObject({
    "service.name": "shop",
    "process.pid": "1000",
    "process.runtime.version": "go1.26.8",
    "os.type": "linux",
    "host.arch": "amd64",
    "gotrace.statements": [{ stringValue: "5 events" }],
  });
  const { spans } = scopeSpans[0];
  const names = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  expect(names.size).toBe(spans.length);
  expect(spans.map(({ name, parentSpanId }) => `${name} < ${names.get(parentSpanId) ?? ""}`)).toEqual([
    "p/q.run < main.main",
    "main.leaf < main.main",
    "main.main < ",
    "main.leaf < main.TestA",
    "main.TestA < main.main",
    "p/q.run.func1 < p/q.run",
  ]);
  expect(spans.map((span) => [span.startTimeUnixNano, span.endTimeUnixNano])).toEqual([
    ["1700000001000005744", "1700000001000008744"],
    ["1700000001000009744", "1700000001000009744"],
    ["1700000000999999744", "1700000001000009744"],
    ["1700000001000002744", "1700000001000003744"],
    ["1700000001000001744", "1700000001000004744"],
    ["1700000001000006744", "1700000001000007744"],
  ]);
  expect(plain(spans[3].attributes)).toEqual({
    "code.function.name": "main.leaf",
    "code.file.path": "main.go",
    "code.line.number": "4",
    "thread.id": "2",
    "gotrace.call": "2.2",
    "gotrace.self_ns": "1000",
    "gotrace.ending": "panic",
    "test.case.name": "main.TestA",
  });
  expect(spans[3].status).toEqual({ code: "STATUS_CODE_ERROR", message: "left by panic" });
  expect(spans[3].events).toMatchObject([{ name: "exception", timeUnixNano: "1700000001000003744" }]);
  expect(plain(spans[3].events[0].attributes)).toEqual({ "exception.type": "panic" });
  expect(spans[0].status).toBeNull();
  expect(spans.map(({ attributes }) => plain(attributes)["gotrace.spawn"])).toEqual([
    ...[undefined, undefined, undefined, undefined, "exact", "approximate"],
  ]);
});

test("the same ids for the same calls, others where filters change what there is", () => {
  const ids = (options: RecordingOptions = {}) =>
    lines(program, options).flatMap((line) =>
      read(line).resourceSpans[0].scopeSpans[0].spans.map(({ traceId }) => traceId),
    );
  expect(ids()).toEqual(ids());
  expect(ids({ select: { ignore: /leaf/ } })[0]).not.toBe(ids()[0]);
  expect(ids({ select: { ignore: /leaf/ } })[0]).not.toBe(ids({ select: { ignore: /run/ } })[0]);
  expect(ids({ select: { minimum: 1 } })[0]).not.toBe(ids()[0]);
});

test("many spans are several lines, none too long for the collector", () => {
  const calls = Array.from({ length: 5000 }, (_, i) => `${2 * i + 1} g1 { main.f\n${2 * i + 2} g1 }`).join("\n");
  const all = lines(`0 g1 { main.main\n${calls}\n99999 g1 }`);
  expect(all.length).toBeGreaterThan(5);
  expect(Math.max(...all.map((line) => line.length))).toBeLessThan(1 << 20);
  const spans = all.flatMap((line) => read(line).resourceSpans[0].scopeSpans[0].spans);
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(5001);
});

test("without calls there are no lines", () => {
  expect(lines("0 g1 { main.main\n1 g1 }", { select: { focus: /nothing/ } })).toEqual([]);
});

/** Two requests on a kept-alive connection. Each starts a goroutine; that of the second outlives it and starts another. */
const served = `
  0  g1 { main.main
  5  g2<g1 { main.handle
  6  g2 go g3
  7  g3 { main.price
  9  g3 }
  10 g2 }
  20 g2 { main.handle
  21 g2 { main.work
  22 g2 go g4
  23 g4 { main.report
  24 g2 }
  25 g2 }
  30 g4 go g5
  31 g5 { main.leaf
  32 g5 }
  33 g4 }
  40 g1 go g6
  41 g6 { main.sweep
  45 g6 }
  50 g1 }`;

class ServerClock extends ScriptedClock {
  serves(goid: number): boolean {
    return goid === 2;
  }
}

const server = () => new ServerClock("g2 6-9 lock\ng2 20-21 network");

test("a request is a trace of its own, with all that it started, linked to the process", () => {
  const spans = lines(served, {}, server()).flatMap((line) => read(line).resourceSpans[0].scopeSpans[0].spans);
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const callOf = ({ attributes }: Span) => plain(attributes)["gotrace.call"] as string;
  const traces = new Map<string, string[]>();
  for (const span of spans) traces.set(span.traceId, [...(traces.get(span.traceId) ?? []), callOf(span)]);
  expect([...traces.values()].map((calls) => calls.sort()).sort()).toEqual([
    ["1.1", "6.1"],
    ["2.1", "3.1"],
    ["2.2", "2.3", "4.1", "5.1"],
  ]);
  // The family of the call, as gotrace finds it elsewhere.
  const recording = readRecording(memorySource(scripted(served)));
  for (const id of ["2.1", "2.2"]) {
    const [family] = familiesOf(recording, callIdsOf(recording.forest, parseCallId(id)!));
    const goids = new Set(
      [...traces.values()].find((calls) => calls.includes(id))!.map((call) => Number.parseInt(call, 10)),
    );
    expect([...goids].sort()).toEqual(family.members.map(({ goid }) => goid).sort());
  }
  const roots = spans.filter(({ kind }) => kind === "SPAN_KIND_SERVER");
  expect(roots.map(callOf)).toEqual(["2.1", "2.2"]);
  for (const { parentSpanId, links } of roots) {
    expect(parentSpanId).toBe("");
    expect(links.map(({ spanId }) => callOf(byId.get(spanId)!))).toEqual(["1.1"]);
    expect(links.map(({ traceId, spanId }) => byId.get(spanId)!.traceId === traceId)).toEqual([true]);
  }
  // A parent is always in the same trace.
  for (const { parentSpanId, traceId } of spans) {
    if (parentSpanId !== "") expect(byId.get(parentSpanId)!.traceId).toBe(traceId);
  }
  expect(lines(served, {}, server())).toEqual(lines(served, {}, server()));
});

test("spans have the time in each state, if there is any", () => {
  const [line] = lines(served, {}, server());
  const { spans } = read(line).resourceSpans[0].scopeSpans[0];
  const times = ({ attributes }: Span) =>
    Object.entries(plain(attributes)).filter(([key]) => /_ns$/.test(key) && key !== "gotrace.self_ns");
  const [first, , second] = spans.filter(({ attributes }) => plain(attributes)["thread.id"] === "2");
  expect(Object.fromEntries(times(first))).toEqual({ "gotrace.running_ns": "2000", "gotrace.lock_ns": "3000" });
  expect(Object.fromEntries(times(second))).toEqual({ "gotrace.running_ns": "4000", "gotrace.network_ns": "1000" });
});
