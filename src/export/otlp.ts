/**
 * Calls as OpenTelemetry spans: OTLP as JSON, one `{"resourceSpans":[…]}` per line, the format of the collector's file
 * receiver. https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 *
 * Every process run is a trace, every call a span, and a goroutine's outermost calls are children of the call that
 * started it. A request on a server's goroutine is a trace of its own, with all that it started; its first span links to
 * the call that started the goroutine. Ids depend only on the trace and the filters, so repeated exports give the same
 * spans.
 */

import { createHash } from "node:crypto";
import { baseName } from "../base/place.js";
import { jsonText } from "../base/printable.js";
import { TextWriter, utf8 } from "../base/text-writer.js";
import {
  EdgeKind,
  Ending,
  ownersOf,
  type ProcessTree,
  processTitle,
  type Recording,
  STATES,
  type Walk,
} from "../calltree/index.js";
import { WallClock } from "./clock.js";
import { type Document, piecesOf } from "./pieces.js";
import { findRequests, type RequestRoots } from "./request-roots.js";
import { findSpawners } from "./spawners.js";
import { type CallRow, ENDINGS, walkCalls } from "./tables/calls.js";
import { SPAWNS } from "./tables/goroutines.js";
import type { StateParts } from "./tables/states.js";

export interface OtlpOptions {
  /** Version of gotrace. */
  readonly version: string;
  /** Notices about a process's completeness, for the attribute `gotrace.statements` of the resource. */
  readonly notices?: (process: ProcessTree) => readonly string[];
}

/** Length at which a line ends; the collector reads lines of up to 1 MiB. */
const LINE = 1 << 18;
/** Attribute names follow this version of the semantic conventions. */
const SCHEMA = "https://opentelemetry.io/schemas/1.37.0";
const INTERNAL = 1;
const SERVER = 2;
const ERROR = 2;

/** The spans of a recording, one line per piece, in the order in which calls end. */
export function* renderOtlp(recording: Recording, options: OtlpOptions): Document {
  const out = new TextWriter();
  const scopes = recording.forest.processes.map(
    (process, index) => new ProcessSpans(recording, process, index, options),
  );
  const end = utf8("]}]}]}\n");
  const lines: Uint8Array[] = [];
  let current: ProcessSpans | undefined;
  const finish = () => {
    if (current === undefined) return;
    out.fragment(end);
    lines.push(out.take());
    current = undefined;
  };
  const emit = (row: CallRow, requests: RequestRoots | undefined) => {
    const scope = scopes[row.process];
    if (scope !== current || out.size > LINE) {
      finish();
      out.fragment(scope.head);
    } else out.fragment(COMMA);
    current = scope;
    scope.span(row, requests, out);
  };
  function* walk(): Walk {
    const spawners = yield* findSpawners(recording);
    const requests = yield* findRequests(recording, spawners);
    return yield* walkCalls(recording, (row) => emit(row, requests), spawners);
  }
  const hidden = yield* piecesOf(walk(), () => lines.splice(0));
  finish();
  yield* lines;
  return hidden;
}

const COMMA = utf8(",");

const TRACE_ID = utf8('{"traceId":"');
const SPAN_ID = utf8('","spanId":"');
const PARENT = utf8('","parentSpanId":"');
const START = utf8(`,"kind":${INTERNAL},"startTimeUnixNano":"`);
const START_OF_REQUEST = utf8(`,"kind":${SERVER},"startTimeUnixNano":"`);
const LINKS = utf8(',"links":[{"traceId":"');
const LINKS_END = utf8('"}]');
const END = utf8('","endTimeUnixNano":"');
const INTEGER_END = utf8('"}}');
const ATTRIBUTES_END = utf8("]");
const SELF = utf8(',{"key":"gotrace.self_ns","value":{"intValue":"');
const CALL = utf8(',{"key":"gotrace.call","value":{"stringValue":"');
const POINT = utf8(".");
const STATE_TIMES = STATES.map((state) => utf8(`,{"key":"gotrace.${state}_ns","value":{"intValue":"`));
const THREAD = utf8(',{"key":"thread.id","value":{"intValue":"');
const PANIC = utf8(
  `,"status":{"code":${ERROR},"message":"left by panic"},"events":[{"name":"exception","timeUnixNano":"`,
);
const PANIC_END = utf8(`","attributes":[${attribute("exception.type", "panic")}]}]`);
const BRACE = utf8("}");

/** The spans of one process. */
class ProcessSpans {
  /** The start of a line, up to its spans. */
  readonly head: Uint8Array;
  private readonly clock: WallClock;
  /** The first half of trace ids. The other half is XORed with the number of the request, 0 for the process. */
  private readonly trace: Uint8Array;
  private readonly traceHigh: number;
  private readonly traceLow: number;
  /** The 64 bits that call numbers are XORed with. */
  private readonly high: number;
  private readonly low: number;
  /** By function: name and attributes. */
  private readonly names: readonly Uint8Array[];
  private readonly attributes: readonly Uint8Array[];
  private readonly endings: readonly Uint8Array[];
  private readonly spawns = SPAWNS.map((word) => utf8(`,${attribute("gotrace.spawn", word)}`));
  private readonly tests: readonly Uint8Array[];
  private readonly testOf: Int32Array;
  private readonly func: Int32Array;
  /** What call ids begin with. */
  private readonly process: Uint8Array;

  constructor(recording: Recording, process: ProcessTree, index: number, options: OtlpOptions) {
    const { functions } = recording.forest;
    const { info, tree } = process;
    this.clock = new WallClock(info.startWall);
    const runs = recording.forest.processes.map(({ info: { executable, pid, startWall } }) => [
      executable,
      pid,
      startWall,
    ]);
    const pattern = (_key: string, value: unknown) =>
      value instanceof RegExp || typeof value === "bigint" ? String(value) : value;
    const identity = JSON.stringify([index, runs, recording.select], pattern);
    const digest = createHash("sha256").update(identity).digest();
    this.trace = utf8(digest.toString("hex", 0, 8));
    this.traceHigh = digest.readUInt32BE(8);
    this.traceLow = digest.readUInt32BE(12);
    // The first bit is set, so that an id is never 0.
    this.high = digest.readUInt32BE(16) | 0x80000000;
    this.low = digest.readUInt32BE(20);
    this.head = utf8(headOf(process, options));
    this.names = functions.map(({ name }) => utf8(`","name":${jsonText(name)}`));
    this.attributes = functions.map(({ name, file, line }) =>
      utf8(
        `","attributes":[${attribute("code.function.name", name)},${attribute("code.file.path", file)},${attribute("code.line.number", line)}`,
      ),
    );
    this.endings = ENDINGS.map((word) => utf8(`,${attribute("gotrace.ending", word)}`));
    const { of, names } = ownersOf(tree, functions);
    this.testOf = of;
    this.tests = names.map((name) => utf8(`,${attribute("test.case.name", name)}`));
    this.func = tree.func;
    this.process = utf8(recording.forest.processes.length > 1 ? `${info.pid}:` : "");
  }

  /** @param requests which request each call belongs to; undefined if there are none */
  span(row: CallRow, requests: RequestRoots | undefined, out: TextWriter): void {
    const { call, number, parent, node, start, end, self, goroutine, depth, how, states } = row;
    const { clock } = this;
    const func = this.func[node];
    const request = requests === undefined ? 0 : requests.of(call);
    const isRequest = request === call;
    out.fragment(TRACE_ID);
    this.traceId(request, out);
    out.fragment(SPAN_ID);
    this.id(call, out);
    if (parent > 0 && !isRequest) {
      out.fragment(PARENT);
      this.id(parent, out);
    }
    out.fragment(this.names[func]);
    out.fragment(isRequest ? START_OF_REQUEST : START);
    clock.nanoseconds(start, out);
    out.fragment(END);
    clock.nanoseconds(end, out);
    out.fragment(this.attributes[func]);
    out.fragment(THREAD);
    out.integer(goroutine.goid);
    out.fragment(INTEGER_END);
    out.fragment(CALL);
    out.fragment(this.process);
    out.integer(goroutine.goid);
    out.fragment(POINT);
    out.integer(number);
    out.fragment(INTEGER_END);
    out.fragment(SELF);
    out.integer(self);
    out.fragment(INTEGER_END);
    if (states !== undefined) this.states(states.total, out);
    if (how !== Ending.return) out.fragment(this.endings[how]);
    if (depth === 1 && goroutine.edge !== EdgeKind.call) out.fragment(this.spawns[goroutine.edge]);
    const test = this.testOf[node];
    if (test >= 0) out.fragment(this.tests[test]);
    out.fragment(ATTRIBUTES_END);
    if (how === Ending.panic) {
      out.fragment(PANIC);
      clock.nanoseconds(end, out);
      out.fragment(PANIC_END);
    }
    if (isRequest) this.link(parent || requests!.main[row.process], requests!, out);
    out.fragment(BRACE);
  }

  /** Links a request to the call that started its goroutine. */
  private link(to: number, requests: RequestRoots, out: TextWriter): void {
    if (to === 0) return;
    out.fragment(LINKS);
    this.traceId(requests.of(to), out);
    out.fragment(SPAN_ID);
    this.id(to, out);
    out.fragment(LINKS_END);
  }

  private states(times: StateParts, out: TextWriter): void {
    for (let state = 0; state < times.length; state++) {
      if (times[state] === 0) continue;
      out.fragment(STATE_TIMES[state]);
      out.integer(times[state]);
      out.fragment(INTEGER_END);
    }
  }

  /** Writes the id of the trace of a request, or of that of the process (0). */
  private traceId(request: number, out: TextWriter): void {
    out.fragment(this.trace);
    out.hex32(this.traceHigh ^ (request / 2 ** 32));
    out.hex32(this.traceLow ^ (request % 2 ** 32));
  }

  /** Writes a call's number, mixed with a digest so that it differs from ids in other traces. */
  private id(call: number, out: TextWriter): void {
    out.hex32(this.high ^ (call / 2 ** 32));
    out.hex32(this.low ^ (call % 2 ** 32));
  }
}

/** The start of a line: resource and scope of a process. */
function headOf(process: ProcessTree, { version, notices }: OtlpOptions): string {
  const { info } = process;
  const [os, arch] = info.platform.split("/");
  const attributes = [
    attribute("service.name", processTitle(process)),
    attribute("process.pid", info.pid),
    attribute("process.parent_pid", info.ppid),
    attribute("process.executable.name", baseName(info.executable)),
    attribute("process.executable.path", info.executable),
    attribute("process.working_directory", info.directory),
    attribute("process.runtime.name", "go"),
    attribute("process.runtime.version", info.goVersion),
    attribute("os.type", os ?? ""),
    attribute("host.arch", arch === "386" ? "x86" : (arch ?? "")),
    attribute("gotrace.statements", notices?.(process) ?? []),
  ];
  const scope = jsonText({ name: "gotrace", version });
  return `{"resourceSpans":[{"resource":{"attributes":[${attributes.join(",")}]},"schemaUrl":"${SCHEMA}","scopeSpans":[{"scope":${scope},"schemaUrl":"${SCHEMA}","spans":[`;
}

/** An attribute in OTLP's JSON, where integers are strings. */
function attribute(key: string, value: string | number | readonly string[]): string {
  return jsonText({ key, value: anyValue(value) });
}

function anyValue(value: string | number | readonly string[]): object {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "number") return { intValue: String(value) };
  return { arrayValue: { values: value.map(anyValue) } };
}
