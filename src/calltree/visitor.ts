/** The visitor interface of `Recording.walk`. */
import type { CallId } from "./call-id.js";
import type { Ending } from "./ending.js";
import type { CallStates } from "./states.js";
import type { EdgeKind } from "./tree.js";

/** A goroutine. Times are nanoseconds since the start of its process. */
export interface Goroutine {
  /** Index into the processes of the forest. */
  readonly process: number;
  readonly goid: number;
  /** The goroutine that started it; 0 if unknown. */
  readonly parentGoid: number;
  readonly edge: EdgeKind;
  /** Its go statement, an index into the functions of the forest; -1 for none. */
  readonly goStatement: number;
  /** The node that its outermost calls are attached to; 0 for none. */
  readonly node: number;
  /** The `ref` that `spawn` reports for its go statement, unique within the process; 0 for none. */
  readonly spawn: number;
  readonly start: number;
}

/**
 * Receives all calls of a recording. Nodes are those of the process's tree. The events of one goroutine come together,
 * in time order; goroutines come one after another, in no particular order.
 */
export interface CallVisitor {
  begin?(goroutine: Goroutine): void;
  /**
   * A call begins in the innermost open one. Delayed while a minimum duration is in force, but always before its
   * callees.
   *
   * @param number of the call on its goroutine, see {@link CallId}; the same whatever is selected
   */
  enter?(node: number, time: number, number: number): void;
  /**
   * The innermost open call ends.
   *
   * @param self the time without callees; those removed by `hide` count as self time
   * @param calls traced calls beneath it on the goroutine, including filtered ones
   * @param states the states that its times divide into, valid until it returns; undefined where they are not known
   * @param number that of its `enter`
   * @param isLate whether it began before `start`, while recording was paused
   */
  exit?(
    node: number,
    start: number,
    time: number,
    self: number,
    how: Ending,
    calls: number,
    states: CallStates | undefined,
    number: number,
    isLate: boolean,
  ): void;
  /** A go statement ran in the innermost call reported so far. */
  spawn?(node: number, goStatement: number, time: number, ref: number): void;
  /** @param states the times of the goroutine since its start, by index into STATES; valid as those of `exit` */
  end?(goroutine: Goroutine, time: number, states?: Float64Array): void;
}

/** The open calls of a goroutine, nodes of the tree, outermost first. An array of them is one. */
export interface OpenCalls {
  readonly length: number;
  /** @param level from 0 on, or backwards from -1 on */
  at(level: number): number | undefined;
}

/**
 * A visitor that need not be told of every call. Where it goes through an outline, it is told of the outermost calls and of those
 * that began before `tells`, and has to look at some moments; before the first event of a goroutine it does in any case.
 */
export interface OutlineVisitor extends CallVisitor {
  /** The first begin or end of a call after this time is a moment at which it has to look. */
  readonly due: number;
  readonly tells: number;
  /**
   * A call is about to begin or to end at `time`; infinite at the end of the goroutine.
   *
   * @param open the calls that are open until then; valid until it returns
   * @param fewest at the events since the last look, how many calls were open until then; infinite if there were none
   * @param upTo the time of the latest of these events
   */
  look(time: number, open: OpenCalls, fewest: number, upTo: number): void;
}

/** A visitor that passes every event on to each of the given ones, in their order. */
export function combineVisitors(visitors: readonly CallVisitor[]): CallVisitor {
  const [only, ...others] = visitors;
  if (only !== undefined && others.length === 0) return only;
  const enters = visitors.filter(({ enter }) => enter !== undefined);
  const exits = visitors.filter(({ exit }) => exit !== undefined);
  const enter: CallVisitor["enter"] = (node, time, number) => {
    for (const visitor of enters) visitor.enter?.(node, time, number);
  };
  const exit: CallVisitor["exit"] = (node, start, time, self, how, calls, states, number, isLate) => {
    for (const visitor of exits) visitor.exit?.(node, start, time, self, how, calls, states, number, isLate);
  };
  return {
    // A walk is faster without.
    ...(enters.length === 0 ? {} : { enter }),
    ...(exits.length === 0 ? {} : { exit }),
    begin(goroutine) {
      for (const visitor of visitors) visitor.begin?.(goroutine);
    },
    spawn(node, goStatement, time, ref) {
      for (const visitor of visitors) visitor.spawn?.(node, goStatement, time, ref);
    },
    end(goroutine, time, states) {
      for (const visitor of visitors) visitor.end?.(goroutine, time, states);
    },
  };
}

/** A visitor that passes the events of each process on to a visitor of its own. @param visitors by process */
export function visitEachProcess(visitors: readonly CallVisitor[]): CallVisitor {
  let visitor: CallVisitor = {};
  return {
    begin(goroutine) {
      visitor = visitors[goroutine.process];
      visitor.begin?.(goroutine);
    },
    enter(node, time, number) {
      visitor.enter?.(node, time, number);
    },
    exit(node, start, time, self, how, calls, states, number, isLate) {
      visitor.exit?.(node, start, time, self, how, calls, states, number, isLate);
    },
    spawn(node, goStatement, time, ref) {
      visitor.spawn?.(node, goStatement, time, ref);
    },
    end(goroutine, time, states) {
      visitor.end?.(goroutine, time, states);
    },
  };
}
