/**
 * Writes goroutines in order of their start, although the walk has another order: events of the goroutine whose turn it
 * is become text at once, those of others are buffered in columns.
 */
import { grown } from "../base/columns.js";
import type { TextWriter } from "../base/text-writer.js";
import type { CallForest, Goroutine, StayCursor } from "../calltree/index.js";
import type { Fit, FittingGoroutine } from "./event-budget.js";
import type { TimelineSink } from "./excerpt.js";
import { BRACE, COMMA, type Frames, profileHead } from "./speedscope-frames.js";
import type { StateSlices } from "./state-slices.js";

/** The most events to buffer at a time, 12 bytes each. */
const MAX_BUFFERED = 4_000_000;

/**
 * A stay and a call that seem to overlap by less than this do not: it is what the clocks of both traces differ by,
 * nanoseconds.
 */
const LEAST_PIECE = 1000;

/** Splits the goroutines that fit into parts, in this order, whose events each fit the buffer; each part takes a walk. */
export function* batchesOf(
  goroutines: readonly FittingGoroutine[],
  { calls, states }: Pick<Fit, "calls" | "states">,
): Generator<readonly FittingGoroutine[]> {
  // Where short calls are left out, goroutines have fewer events than they say.
  const isShort = 2 * (calls + states) <= MAX_BUFFERED;
  let first = 0;
  let events = 0;
  for (const [index, goroutine] of goroutines.entries()) {
    if (!isShort && index > first && events + goroutine.events > MAX_BUFFERED) {
      yield goroutines.slice(first, index);
      first = index;
      events = 0;
    }
    events += goroutine.events;
  }
  if (first < goroutines.length) yield goroutines.slice(first);
}

/** Writes the goroutines of one batch, in one walk. */
export class GoroutineWriter implements TimelineSink {
  private readonly places: ReadonlyMap<number, number>;
  /** Index in the batch of the goroutine to write next. */
  private turn = 0;
  /** Index in the batch of the goroutine being walked. */
  private place = 0;
  private func!: Int32Array;
  /** By index in the batch: the range of buffered events. */
  private readonly buffered = new Map<number, { readonly from: number; readonly to: number }>();
  private from = 0;
  private count = 0;
  private times = new Float64Array(1024);
  /** Frames of events; inverted (~) for closing events. */
  private frames = new Int32Array(1024);
  /** Whether the profile of the goroutine being written has begun. */
  private begun = false;
  /** Where states are shown: the next stay of the goroutine being walked, its open calls, and up to when it is told. */
  private stays: StayCursor | undefined;
  private depth = 0;
  private told = 0;

  /**
   * @param name returns the name of a goroutine's profile
   * @param states to show as frames in the calls, those of at least `minimum` nanoseconds
   */
  constructor(
    private readonly forest: CallForest,
    private readonly batch: readonly FittingGoroutine[],
    private readonly name: (goroutine: FittingGoroutine) => string,
    private readonly table: Frames,
    private readonly out: TextWriter,
    private readonly states: { readonly slices: StateSlices; readonly minimum: number } | undefined,
  ) {
    this.places = new Map(batch.map(({ ordinal }, place) => [ordinal, place]));
  }

  begin({ process, goid, start }: Goroutine, _node: number, ordinal: number): void {
    this.stays = this.states?.slices.seek(process, goid, start);
    this.depth = 0;
    this.told = start;
    this.place = this.places.get(ordinal)!;
    this.func = this.forest.processes[process].tree.func;
    this.from = this.count;
  }

  open(node: number, time: number): void {
    this.tellStates(time);
    this.depth++;
    this.event(this.table.ofFunction[this.func[node]], time);
  }

  close(node: number, time: number): void {
    this.tellStates(time);
    this.depth--;
    this.event(~this.table.ofFunction[this.func[node]], time);
  }

  end(): void {
    if (this.place !== this.turn) {
      this.buffered.set(this.place, { from: this.from, to: this.count });
      return;
    }
    this.finish();
    for (let next = this.buffered.get(this.turn); next; next = this.buffered.get(this.turn)) {
      this.buffered.delete(this.turn);
      for (let i = next.from; i < next.to; i++) this.write(this.frames[i], this.times[i]);
      this.finish();
    }
    if (this.buffered.size === 0) this.count = 0;
  }

  /** Writes the states of the innermost open call up to the time of the next event. */
  private tellStates(until: number): void {
    const { states, depth, told } = this;
    this.told = until;
    for (let { stays } = this; states !== undefined && stays !== undefined && stays.begin < until; ) {
      const begin = Math.max(stays.begin, told);
      const end = Math.min(stays.end, until);
      const isWhole = begin === stays.begin && end === stays.end;
      const least = Math.max(states.minimum, isWhole ? 0 : LEAST_PIECE);
      // A state that is not shown has no frame.
      const frame = this.table.ofState[stays.state];
      if (depth > 0 && frame >= 0 && Math.round(end - begin) >= least) {
        this.event(frame, begin);
        this.event(~frame, end);
      }
      if (stays.end > until) return;
      if (!stays.next()) {
        stays = undefined;
        this.stays = undefined;
      }
    }
  }

  private event(frame: number, time: number): void {
    if (this.place === this.turn) {
      this.write(frame, time);
      return;
    }
    const { count } = this;
    this.times = grown(this.times, count + 1);
    this.frames = grown(this.frames, count + 1);
    this.times[count] = time;
    this.frames[count] = frame;
    this.count++;
  }

  private write(frame: number, time: number): void {
    const { table, out } = this;
    out.fragment(COMMA);
    if (!this.begun) {
      const goroutine = this.batch[this.turn];
      out.text(`${profileHead(this.name(goroutine), goroutine.start, goroutine.end)}\n`);
      this.begun = true;
    }
    out.fragment(frame < 0 ? table.closes[~frame] : table.opens[frame]);
    out.integer(Math.round(time));
    out.fragment(BRACE);
  }

  private finish(): void {
    if (this.begun) this.out.text("\n]}");
    this.begun = false;
    this.turn++;
  }
}
