/**
 * Execution traces without calls, for timeline viewers: a track for each goroutine with a slice for every stay in a
 * state, and arrows from goroutines that started another one or ended its wait.
 */
import { jsonText } from "../base/printable.js";
import { TextWriter, utf8 } from "../base/text-writer.js";
import { ChromeStates } from "./chrome-states.js";
import { NEVER_MERGE, Ordering, Packets, Process, Track } from "./perfetto-packets.js";
import { PerfettoStates } from "./perfetto-states.js";
import type { StateSlices } from "./state-slices.js";

/** A goroutine of an execution trace. */
interface TracedGoroutine {
  readonly goid: number;
  /** The function that it started with; "" if unknown. */
  readonly name: string;
}

/** An execution trace to show. */
export interface ExecutionTimeline {
  readonly title: string;
  /** When it began, nanoseconds since 1970; 0 if unknown. */
  readonly begin: bigint;
  /** In the order of their tracks. */
  readonly goroutines: readonly TracedGoroutine[];
  /** The states, of process 0; times are nanoseconds since the first event. */
  readonly states: StateSlices;
  /** Shorter stays are left out, nanoseconds. */
  readonly minimum: number;
  /** What is to be said about it. */
  readonly notices: readonly string[];
}

/** An execution trace does not say which process it is of. */
const PID = 1;

function nameOf({ goid, name }: TracedGoroutine): string {
  return `${name} goroutine ${goid}`.trimStart();
}

/** The Trace Event Format; see chrome.ts. One JSON document in pieces. */
export function* renderChromeExecution(timeline: ExecutionTimeline): Generator<Uint8Array> {
  const { title, goroutines, states, minimum, notices } = timeline;
  const out = new TextWriter();
  let separator = utf8("");
  const separate = () => {
    const before = separator;
    separator = COMMA;
    return before;
  };
  const about = (kind: string, tid: number, args: object) => {
    out.fragment(separate());
    out.text(`{"ph":"M","name":"${kind}","pid":${PID},"tid":${tid},"args":${jsonText(args)}}`);
  };
  const shown = new Set(goroutines.map(({ goid }) => goid));
  let flows = 0;
  const head = { exporter: "gotrace", statements: notices };
  out.text(`{"displayTimeUnit":"ns","otherData":${jsonText(head)},"traceEvents":[\n`);
  about("process_name", 0, { name: title });
  for (const [index, goroutine] of goroutines.entries()) {
    const { goid } = goroutine;
    about("thread_name", goid, { name: nameOf(goroutine) });
    about("thread_sort_index", goid, { sort_index: index });
    const place = { pid: PID, thread: goid, start: 0 };
    const sink = new ChromeStates(
      out,
      separate,
      place,
      (waker) => shown.has(waker),
      () => ++flows,
    );
    states.write(0, goid, minimum, sink);
    if (out.full) yield out.take();
  }
  out.text("\n]}\n");
  yield out.take();
}

/** Perfetto's format; see perfetto.ts. One trace, in pieces to concatenate. */
export function* renderPerfettoExecution(timeline: ExecutionTimeline): Generator<Uint8Array> {
  const { title, begin, goroutines, states, minimum } = timeline;
  const packets = new Packets(1);
  const { out } = packets;
  packets.head(begin);
  packets.track(PROCESS, 0, () => {
    const process = out.open(Track.process);
    out.varint(Process.pid, PID);
    out.string(Process.name, title);
    out.close(process);
  });
  packets.track(GOROUTINES, PROCESS, () => {
    out.string(Track.name, "goroutines");
    out.varint(Track.childOrdering, Ordering.explicit);
  });
  const tracks = new Map(goroutines.map(({ goid }, index) => [goid, GOROUTINES + 1 + index]));
  const trackOf = (goid: number) => tracks.get(goid) ?? 0;
  let flows = 0;
  for (const [rank, goroutine] of goroutines.entries()) {
    const { goid } = goroutine;
    packets.track(trackOf(goid), GOROUTINES, () => {
      out.string(Track.name, nameOf(goroutine));
      out.varint(Track.orderRank, rank);
      out.varint(Track.siblingMerge, NEVER_MERGE);
    });
    const sink = new PerfettoStates(packets, { states: trackOf, wakes: trackOf }, 0, () => ++flows, goid);
    states.write(0, goid, minimum, sink);
    if (out.full) yield out.take();
  }
  yield out.take();
}

const PROCESS = 1;
const GOROUTINES = 2;
const COMMA = utf8(",\n");
