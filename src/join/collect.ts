/** Reads an execution trace once, for the stays of its goroutines. */
import { Activity, type GoroutineInfo, type Interval, Intervals, type Range, Ranges } from "../analyses/index.js";
import { State, type UserTask } from "../calltree/index.js";
import { describeCut, feedAll, NONE, RangeName, ResourceKind, TraceError, TraceReader } from "../exectrace/index.js";
import { Classifier } from "./classify.js";
import type { Occupation } from "./contention.js";
import { Places } from "./places.js";
import { Processors } from "./processors.js";
import { type Stay, StayTable } from "./stays.js";
import { TaskTable } from "./tasks.js";

/** An execution trace, reduced to what the join needs. */
export interface Scheduling {
  readonly stays: StayTable;
  readonly occupation: Occupation;
  readonly tasks: readonly UserTask[];
  /** When the first event was, nanoseconds since 1970; undefined before Go 1.25. */
  readonly wall: bigint | undefined;
  /** The first event, nanoseconds of the runtime's monotonic clock. */
  readonly start: bigint;
  /** Nanoseconds from the first event to the last one. */
  readonly length: number;
  /** What could not be read. */
  readonly problem: string | undefined;
}

/**
 * Reads an execution trace to its end, or as far as it can be read.
 *
 * @param onGoroutine called for each goroutine at its end, or at the end of the trace
 * @throws TraceError when nothing of it can be read
 */
export function readScheduling(
  chunks: Iterable<Uint8Array>,
  onGoroutine: (goroutine: GoroutineInfo) => void = () => {},
): Scheduling {
  const reader = new TraceReader(chunks);
  const intervals = new Intervals(reader);
  const ranges = new Ranges();
  const processors = new Processors(ranges);
  const tasks = new TaskTable();
  const stays = new StayTable();
  collect(intervals, ranges, {
    classifier: new Classifier(reader.stacks),
    places: new Places(reader.stacks),
    to: stays,
  });
  intervals.onGoroutineEnd((goroutine) => {
    stays.setStart(goroutine.id, goroutine.startFunction);
    onGoroutine(goroutine);
  });
  let problem: string | undefined;
  try {
    feedAll(reader, {
      feed(event) {
        intervals.feed(event);
        ranges.feed(event);
        processors.feed(event);
        tasks.feed(event);
      },
    });
    problem = reader.warning && describeCut(reader.warning);
  } catch (error) {
    if (!(error instanceof TraceError) || reader.generations === 0) throw error;
    problem = error.message;
  }
  intervals.finish();
  ranges.finish();
  stays.stopped = processors.stopped;
  const occupation = { idle: processors.finish(), stopped: stays.stopped };
  const { now: length } = intervals;
  const { start } = reader;
  return { stays, occupation, tasks: tasks.until(length), wall: reader.wallTime(0), start, length, problem };
}

/** The mark assists of a goroutine since its open interval began: pairs of begin and end, and the begin of an open one. */
interface Assists {
  readonly done: number[];
  since: number;
}

interface Collecting {
  readonly classifier: Classifier;
  readonly places: Places;
  readonly to: StayTable;
}

function collect(intervals: Intervals, ranges: Ranges, { classifier, places, to }: Collecting): void {
  const assists = new Map<number, Assists>();
  const isAssist = ({ name, resource }: Range) =>
    name === RangeName.gcMarkAssist && resource === ResourceKind.Goroutine;
  ranges.onRangeBegin((range) => {
    if (!isAssist(range)) return;
    const open = assists.get(range.id);
    if (open) open.since = range.begin;
    else assists.set(range.id, { done: [], since: range.begin });
  });
  ranges.onRange((range) => {
    const open = isAssist(range) ? assists.get(range.id) : undefined;
    if (open === undefined || open.since === NONE) return;
    open.done.push(open.since, range.end);
    open.since = NONE;
  });
  intervals.onGoroutineEnd(({ id }) => assists.delete(id));
  const stay = { state: 0, reason: "", waker: NONE, place: "", wakerPlace: "" };
  intervals.onInterval((interval) => {
    const { goroutine, activity, begin, end } = interval;
    stay.state = classifier.stateOf(interval);
    stay.reason = interval.reason;
    stay.waker = interval.waker;
    stay.place = places.of(interval.stack);
    stay.wakerPlace = places.of(interval.wakerStack);
    const marking = assists.get(goroutine);
    if (activity !== Activity.Running || marking === undefined) {
      to.add(goroutine, begin, end, stay);
      return;
    }
    addRunning(interval, stay, marking, to);
    if (marking.since === NONE) assists.delete(goroutine);
    else marking.done.length = 0;
  });
}

/** Adds an interval on a processor, with the assists in it as `gc`. */
function addRunning({ goroutine, begin, end }: Interval, running: Stay, { done, since }: Assists, to: StayTable): void {
  let at = begin;
  const open = since === NONE ? [] : [since, end];
  const pairs = [...done, ...open];
  const assisting = { ...running, state: State.gc, reason: RangeName.gcMarkAssist };
  for (let i = 0; i < pairs.length; i += 2) {
    const from = Math.min(Math.max(pairs[i], at), end);
    const until = Math.min(Math.max(pairs[i + 1], from), end);
    to.add(goroutine, at, from, running);
    to.add(goroutine, from, until, assisting);
    at = until;
  }
  to.add(goroutine, at, end, running);
}
