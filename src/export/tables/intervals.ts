/** The table of intervals: one row for each stay of a goroutine in a state, goroutine by goroutine. */
import { grown, NumberSet } from "../../base/columns.js";
import { type Recording, STATES, type StayCursor, type Walk } from "../../calltree/index.js";
import { CallNumbers } from "../spawners.js";
import { processColumns, type Row, type Table } from "./columns.js";

/** A stay; times are whole nanoseconds since the start of the process. Words are indices, -1 for none. */
interface IntervalRow extends Row {
  goroutine: number;
  start: number;
  end: number;
  /** Index into STATES. */
  state: number;
  reason: number;
  place: number;
  wakerPlace: number;
  /** The goroutine that ended it; -1 for none. */
  waker: number;
  /** The number of the innermost call that was open when it began; 0 for none. */
  call: number;
}

export function intervalTable(recording: Recording, clockOf: Table<IntervalRow>["clockOf"]): Table<IntervalRow> {
  const stays = recording.forest.processes.flatMap((_, process) => recording.staysOf(process) ?? []);
  const reasons = new Words(stays.flatMap((one) => one.reasons));
  const places = new Words(stays.flatMap((one) => one.places));
  const word = (name: string, values: readonly string[], of: (row: IntervalRow) => number) =>
    ({ name, kind: "lookup", type: "string", values, nullable: true, of }) as const;
  return {
    columns: [
      ...processColumns<IntervalRow>(recording),
      { name: "goroutine", kind: "int64", of: ({ goroutine }) => goroutine },
      { ...word("state", STATES, ({ state }) => state), nullable: false },
      word("reason", reasons.list, ({ reason }) => reason),
      { name: "time", kind: "time", of: ({ start }) => start },
      { name: "start_ns", kind: "int64", of: ({ start }) => start },
      { name: "duration_ns", kind: "int64", of: ({ start, end }) => end - start },
      word("function", places.list, ({ place }) => place),
      { name: "call", kind: "int64", nullable: true, of: ({ call }) => call || Number.NaN },
      { name: "waker", kind: "int64", nullable: true, of: ({ waker }) => (waker < 0 ? Number.NaN : waker) },
      word("waker_function", places.list, ({ wakerPlace }) => wakerPlace),
    ],
    clockOf,
    rows: (emit) => intervals(recording, reasons, places, emit),
  };
}

/** Distinct words, and their indices. */
class Words {
  readonly list: readonly string[];
  private readonly indices: ReadonlyMap<string, number>;

  constructor(words: readonly string[]) {
    this.list = [...new Set(words)].filter((word) => word !== "");
    this.indices = new Map(this.list.map((word, index) => [word, index]));
  }

  index(word: string): number {
    return this.indices.get(word) ?? -1;
  }
}

/** Rows between two yields. */
const STEP = 4096;

function* intervals(recording: Recording, reasons: Words, places: Words, emit: (row: IntervalRow) => void): Walk {
  const window = new Window(recording);
  const calls = new OpenCalls(recording, window);
  const hidden = yield* calls.find();
  const row = { process: 0 } as IntervalRow;
  let rows = 0;
  let stay = 0;
  for (const { process, goroutine, isWalked } of calls.goroutines()) {
    row.process = process;
    row.goroutine = goroutine;
    for (const at of window.stays(process, goroutine)) {
      row.start = Math.round(window.begin(at));
      row.end = Math.round(window.end(at));
      row.state = at.state;
      row.reason = reasons.index(at.reason);
      row.place = places.index(at.place);
      row.waker = at.waker;
      row.wakerPlace = places.index(at.wakerPlace);
      row.call = isWalked ? calls.innermost[stay++] : 0;
      emit(row);
      if (++rows % STEP === 0) yield;
    }
  }
  yield;
  return hidden;
}

/** The part of all stays that `--from` and `--to` leave, and that is not before the first possible call. */
class Window {
  private from = 0;
  private to = Number.POSITIVE_INFINITY;
  private readonly cursors: readonly (StayCursor | undefined)[];

  constructor(private readonly recording: Recording) {
    this.cursors = recording.forest.processes.map((_, process) => recording.staysOf(process)?.cursor());
  }

  /** The stays of a goroutine: a cursor that goes from one to the next. */
  *stays(process: number, goroutine: number): Generator<StayCursor, void> {
    const cursor = this.cursors[process];
    if (cursor === undefined) return;
    const { from = 0, to = Number.POSITIVE_INFINITY } = this.recording.windowOf(process);
    this.from = Math.max(0, from);
    this.to = to;
    for (let more = cursor.seek(goroutine, this.from); more && cursor.begin < this.to; more = cursor.next())
      yield cursor;
  }

  begin({ begin }: StayCursor): number {
    return Math.max(begin, this.from);
  }

  end({ end }: StayCursor): number {
    return Math.min(end, this.to);
  }
}

interface Listed {
  readonly process: number;
  readonly goroutine: number;
  /** Whether the walk visited calls of it. */
  readonly isWalked: boolean;
}

/**
 * Finds the innermost open call at the beginning of each stay. All stays of a goroutine may lie within one call, where a
 * walk cannot pause for output: so the numbers of the calls are kept, 8 bytes for each stay.
 */
class OpenCalls {
  /** By stay, in the order of {@link goroutines}. */
  innermost = new Float64Array(1024);
  private count = 0;
  private readonly walked: Listed[] = [];
  /** By process: the goroutines in `walked`. */
  private readonly seen: readonly NumberSet[];

  constructor(
    private readonly recording: Recording,
    private readonly window: Window,
  ) {
    this.seen = recording.forest.processes.map(() => new NumberSet());
  }

  *find(): Walk {
    const { recording, window, seen, walked } = this;
    const numbers = new CallNumbers();
    const nothing = [][Symbol.iterator]() as Iterator<StayCursor, void>;
    let stays: Iterator<StayCursor, void> = nothing;
    let next: StayCursor | undefined;
    const advance = () => {
      const { value } = stays.next();
      next = value ?? undefined;
    };
    const until = (time: number) => {
      for (; next !== undefined && window.begin(next) < time; advance()) {
        this.innermost = grown(this.innermost, this.count + 1);
        this.innermost[this.count++] = numbers.open;
      }
    };
    return yield* recording.walk({
      begin({ process, goid }) {
        // Where records were lost, a goroutine may come twice.
        const isNew = !seen[process].has(goid);
        stays = isNew ? window.stays(process, goid) : nothing;
        advance();
        if (!isNew) return;
        seen[process].add(goid);
        walked.push({ process, goroutine: goid, isWalked: true });
      },
      enter(_node, time) {
        until(time);
        numbers.enter();
      },
      exit(_node, _start, time) {
        until(time);
        numbers.exit();
      },
      end: () => until(Number.POSITIVE_INFINITY),
    });
  }

  /** The goroutines with calls, in the order of the walk, and then those without, if no filter is for calls or goroutines. */
  *goroutines(): Generator<Listed> {
    yield* this.walked;
    const { recording, seen } = this;
    const { focus, ignore, test, goroutines } = recording.select;
    if (focus ?? ignore ?? test) return;
    for (const process of recording.forest.processes.keys()) {
      for (const goroutine of recording.staysOf(process)?.goroutines ?? []) {
        const isWanted = goroutines?.includes(goroutine) ?? true;
        if (isWanted && !seen[process].has(goroutine)) yield { process, goroutine, isWalked: false };
      }
    }
  }
}
