/**
 * The Trace Event Format, as JSON, for chrome://tracing, ui.perfetto.dev and whatever else reads it: a process for each
 * process, a thread for each goroutine, events B and E for calls, and arrows (s, f) from go statements to the first call
 * of what they started. B and E instead of X, because in the order in which they stand calls of no length nest, too.
 * Times are microseconds with three decimals, since the earliest process began.
 */
import type { Goroutine, ProcessTree, Recording } from "../calltree/index.js";
import { type CallSink, walkExcerpt } from "./excerpt.js";
import { type Fit, leftOut } from "./fit.js";
import { Names } from "./names.js";
import { TextPieces } from "./pieces.js";
import { pidsOf, startsOf } from "./processes.js";

export interface TimelineOptions {
  /** What to tell of; everything, unless told. */
  readonly fit?: Fit;
  /** Of a process; its executable, unless told. */
  readonly title?: (process: ProcessTree) => string;
}

/** One JSON document in pieces. */
export function* renderChrome(recording: Recording, options: TimelineOptions = {}): Generator<string> {
  const { fit } = options;
  const names = new Names(recording.forest, options.title);
  const out = new TextPieces();
  const writer = new ChromeWriter(recording, names, out);
  const chosen = fit && new Set(fit.goroutines.map(({ ordinal }) => ordinal));
  out.text += '{"displayTimeUnit":"ns","traceEvents":[\n';
  writer.processes();
  for (const _ of walkExcerpt(recording, writer, fit, chosen)) if (out.full) yield out.take();
  const left = fit ? leftOut(fit) : [];
  out.text += `\n],"otherData":{"exporter":"gotrace"${left.length === 0 ? "" : `,"limits":${JSON.stringify(left)}`}}}\n`;
  yield out.take();
}

class ChromeWriter implements CallSink {
  private readonly pids: readonly number[];
  private readonly starts: readonly number[];
  /** Texts of events up to the time, by function. */
  private readonly opens: string[] = [];
  private readonly closes: string[] = [];
  private separator = "";
  private goroutine!: Goroutine;
  private func!: Int32Array;
  /** Everything behind the time of an event of this goroutine. */
  private tail = "";
  private start = 0;
  private isFirst = false;

  constructor(
    private readonly recording: Recording,
    private readonly names: Names,
    private readonly out: TextPieces,
  ) {
    this.pids = pidsOf(recording.forest);
    this.starts = startsOf(recording.forest);
  }

  /** Says what processes are called. */
  processes(): void {
    for (const [index, pid] of this.pids.entries()) {
      const args = JSON.stringify({ name: this.names.title(index) });
      this.write(`{"ph":"M","name":"process_name","pid":${pid},"tid":0,"args":${args}}`);
      this.write(`{"ph":"M","name":"process_sort_index","pid":${pid},"tid":0,"args":{"sort_index":${index}}}`);
    }
  }

  begin(goroutine: Goroutine, node: number): void {
    const { process, goid } = goroutine;
    this.goroutine = goroutine;
    this.func = this.recording.forest.processes[process].tree.func;
    this.start = this.starts[process];
    this.isFirst = true;
    this.tail = `,"pid":${this.pids[process]},"tid":${goid}`;
    const args = JSON.stringify({ name: this.names.goroutine(goroutine, node) });
    this.write(`{"ph":"M","name":"thread_name"${this.tail},"args":${args}}`);
  }

  open(node: number, time: number): void {
    const func = this.func[node];
    if (this.opens[func] === undefined) this.define(func);
    this.write(`${this.opens[func]}${this.micros(time)}${this.tail}}`);
    if (this.isFirst && this.goroutine.spawn > 0) this.arrow("f", '"bp":"e",', time, this.goroutine.spawn);
    this.isFirst = false;
  }

  /** Some readers want the name of what ends. */
  close(node: number, time: number): void {
    this.write(`${this.closes[this.func[node]]}${this.micros(time)}${this.tail}}`);
  }

  spawn(_site: number, time: number, ref: number): void {
    this.arrow("s", "", time, ref);
  }

  private define(func: number): void {
    const name = JSON.stringify(this.recording.forest.functions[func].name);
    this.opens[func] = `{"ph":"B","name":${name},"ts":`;
    this.closes[func] = `{"ph":"E","name":${name},"ts":`;
  }

  private arrow(phase: string, more: string, time: number, ref: number): void {
    const id = `"id":${this.goroutine.process * 2 ** 40 + ref}`;
    this.write(`{"ph":"${phase}","name":"go","cat":"go",${more}${id},"ts":${this.micros(time)}${this.tail}}`);
  }

  private micros(time: number): string {
    const ns = Math.round(this.start + time);
    const micros = Math.floor(ns / 1000);
    const rest = ns - micros * 1000;
    return rest === 0 ? `${micros}` : `${micros}.${rest < 10 ? "00" : rest < 100 ? "0" : ""}${rest}`;
  }

  private write(event: string): void {
    this.out.text += this.separator + event;
    this.separator = ",\n";
  }
}
