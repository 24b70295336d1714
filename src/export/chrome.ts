/**
 * The Trace Event Format (JSON) for chrome://tracing, ui.perfetto.dev and other viewers: a thread per goroutine, B and
 * E events for calls, and flow arrows (s, f) from go statements to the first call of the new goroutine. B and E rather
 * than X, because their order also nests calls of zero length. Times are microseconds with three decimals since the
 * earliest process began.
 */
import { jsonText } from "../base/printable.js";
import { TextWriter, utf8 } from "../base/text-writer.js";
import type { Goroutine, ProcessTree, Recording } from "../calltree/index.js";
import { ChromeStates, statesThread, writeMicros } from "./chrome-states.js";
import type { Fit } from "./event-budget.js";
import { type TimelineSink, walkExcerpt } from "./excerpt.js";
import { type Document, piecesOf, whenFull } from "./pieces.js";
import { pidsOf, startsOf } from "./processes.js";
import type { StateSlices } from "./state-slices.js";
import { Names } from "./titles.js";

export interface TimelineOptions {
  /** The part of the recording to write; all of it by default. */
  readonly fit?: Fit;
  /** The states of goroutines, which then have a track of their own; needs `fit`. */
  readonly states?: StateSlices | undefined;
  /** The title of a process; its executable by default. */
  readonly title?: (process: ProcessTree) => string;
}

export interface ChromeOptions extends TimelineOptions {
  /** Notices about completeness, for the file's head. */
  readonly notices?: readonly string[];
}

/** One JSON document in pieces. */
export function* renderChrome(recording: Recording, options: ChromeOptions = {}): Document {
  const { fit, states, notices = [] } = options;
  const names = new Names(recording.forest, options.title);
  const out = new TextWriter();
  const writer = new ChromeWriter(recording, names, out, states && fit && { fit, states });
  const chosen = fit && new Set(fit.goroutines.map(({ ordinal }) => ordinal));
  const about = { exporter: "gotrace", statements: notices };
  out.text(`{"displayTimeUnit":"ns","otherData":${jsonText(about)},"traceEvents":[\n`);
  writer.processes();
  const hidden = yield* piecesOf(walkExcerpt(recording, writer, fit, chosen), whenFull(out));
  out.text("\n]}\n");
  yield out.take();
  return hidden;
}

class ChromeWriter implements TimelineSink {
  private readonly pids: readonly number[];
  private readonly starts: readonly number[];
  /** By function: the text of its events up to the time. */
  private readonly opens: Uint8Array[] = [];
  private readonly closes: Uint8Array[] = [];
  private separator = utf8("");
  private goroutine!: Goroutine;
  private func!: Int32Array;
  /** The text after the time of this goroutine's events. */
  private tail = utf8("");
  private start = 0;
  /** Where states are shown: by process, the goroutines that are. */
  private readonly shown: Set<number>[] = [];
  private wakes = 0;
  private isFirst = false;

  constructor(
    private readonly recording: Recording,
    private readonly names: Names,
    private readonly out: TextWriter,
    private readonly states: { readonly fit: Fit; readonly states: StateSlices } | undefined,
  ) {
    for (const { process, goid } of states?.fit.goroutines ?? []) {
      this.shown[process] ??= new Set();
      this.shown[process].add(goid);
    }
    this.pids = pidsOf(recording.forest);
    this.starts = startsOf(recording.forest);
  }

  /** Writes the names of the processes. */
  processes(): void {
    for (const [index, pid] of this.pids.entries()) {
      const args = jsonText({ name: this.names.title(index) });
      this.text(`{"ph":"M","name":"process_name","pid":${pid},"tid":0,"args":${args}}`);
      this.text(`{"ph":"M","name":"process_sort_index","pid":${pid},"tid":0,"args":{"sort_index":${index}}}`);
    }
  }

  begin(goroutine: Goroutine, node: number): void {
    const { process, goid } = goroutine;
    this.goroutine = goroutine;
    this.func = this.recording.forest.processes[process].tree.func;
    this.start = this.starts[process];
    this.isFirst = true;
    const thread = `"pid":${this.pids[process]},"tid":${goid}`;
    this.tail = utf8(`,${thread}}`);
    const args = jsonText({ name: this.names.goroutine(goroutine, node) });
    this.text(`{"ph":"M","name":"thread_name",${thread},"args":${args}}`);
    if (this.states?.states.has(process)) this.writeStates(goroutine, this.names.goroutine(goroutine, node));
  }

  /** The thread of the states stands below that of the goroutine. */
  private writeStates({ process, goid }: Goroutine, name: string): void {
    const { states, fit } = this.states!;
    const pid = this.pids[process];
    const thread = statesThread(goid);
    const about = (kind: string, tid: number, args: object) =>
      this.text(`{"ph":"M","name":"thread_${kind}","pid":${pid},"tid":${tid},"args":${jsonText(args)}}`);
    about("name", thread, { name: `${name} states` });
    about("sort_index", goid, { sort_index: 2 * goid });
    about("sort_index", thread, { sort_index: 2 * goid + 1 });
    const isShown = (waker: number) => this.shown[process].has(waker);
    const separate = () => this.separate();
    const flow = () => ++this.wakes;
    const sink = new ChromeStates(this.out, separate, { pid, thread, start: this.start }, isShown, flow);
    states.write(process, goid, fit.minimum, sink);
  }

  open(node: number, time: number): void {
    const func = this.func[node];
    if (this.opens[func] === undefined) this.define(func);
    this.event(this.opens[func], time);
    if (this.isFirst && this.goroutine.spawn > 0) this.arrow("f", '"bp":"e",', time, this.goroutine.spawn);
    this.isFirst = false;
  }

  /** Some readers require the name on E events. */
  close(node: number, time: number): void {
    this.event(this.closes[this.func[node]], time);
  }

  spawn(_goStatement: number, time: number, ref: number): void {
    this.arrow("s", "", time, ref);
  }

  private define(func: number): void {
    const name = jsonText(this.recording.forest.functions[func].name);
    this.opens[func] = utf8(`{"ph":"B","name":${name},"ts":`);
    this.closes[func] = utf8(`{"ph":"E","name":${name},"ts":`);
  }

  private arrow(phase: string, more: string, time: number, ref: number): void {
    const id = `"id":${this.goroutine.process * 2 ** 40 + ref}`;
    this.event(utf8(`{"ph":"${phase}","name":"go","cat":"go",${more}${id},"ts":`), time);
  }

  private event(head: Uint8Array, time: number): void {
    const { out } = this;
    out.fragment(this.separate());
    out.fragment(head);
    writeMicros(out, Math.round(this.start + time));
    out.fragment(this.tail);
  }

  private text(event: string): void {
    this.out.fragment(this.separate());
    this.out.text(event);
  }

  /** What stands between the next event and the one before. */
  private separate(): Uint8Array {
    const { separator } = this;
    this.separator = COMMA;
    return separator;
  }
}

const COMMA = utf8(",\n");
