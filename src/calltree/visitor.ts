/** Calls as those see them who walk a recording. */
import type { Ending } from "./ending.js";
import type { EdgeKind } from "./tree.js";

/** A goroutine. Times are nanoseconds since the start of its process. */
export interface Goroutine {
  /** Index into the processes of the forest. */
  readonly process: number;
  readonly goid: number;
  /** The goroutine that started it, 0 if that is not known. */
  readonly parentGoid: number;
  readonly edge: EdgeKind;
  /** Its go statement, an index into the functions of the forest; -1 for none. */
  readonly goStatement: number;
  /** The node that its outermost calls hang under; 0 for none. */
  readonly node: number;
  /** What `spawn` calls `ref` where its go statement ran: the same number as no other of the process; 0 for none. */
  readonly spawn: number;
  readonly start: number;
}

/**
 * Told of all calls of a recording. Nodes are those of the process's tree. The events of a goroutine come together and
 * in time order, goroutines one after the other in no particular order.
 */
export interface CallVisitor {
  begin?(goroutine: Goroutine): void;
  /** A call begins in the innermost open one. It is told late when its length matters, but before all that is in it. */
  enter?(node: number, time: number): void;
  /**
   * The innermost open call ends.
   *
   * @param self the time without callees, and with those that `hide` hides
   * @param calls traced calls beneath it on the goroutine, those that filters leave out included
   */
  exit?(node: number, start: number, time: number, self: number, how: Ending, calls: number): void;
  /** A go statement ran in the innermost call that is known to be shown. */
  spawn?(node: number, goStatement: number, time: number, ref: number): void;
  end?(goroutine: Goroutine, time: number): void;
}

/** A visitor that passes every event on to each of the given ones, in their order. */
export function combineVisitors(visitors: readonly CallVisitor[]): CallVisitor {
  const [only, ...others] = visitors;
  if (only !== undefined && others.length === 0) return only;
  return {
    begin(goroutine) {
      for (const visitor of visitors) visitor.begin?.(goroutine);
    },
    enter(node, time) {
      for (const visitor of visitors) visitor.enter?.(node, time);
    },
    exit(node, start, time, self, how, calls) {
      for (const visitor of visitors) visitor.exit?.(node, start, time, self, how, calls);
    },
    spawn(node, goStatement, time, ref) {
      for (const visitor of visitors) visitor.spawn?.(node, goStatement, time, ref);
    },
    end(goroutine, time) {
      for (const visitor of visitors) visitor.end?.(goroutine, time);
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
    enter(node, time) {
      visitor.enter?.(node, time);
    },
    exit(node, start, time, self, how, calls) {
      visitor.exit?.(node, start, time, self, how, calls);
    },
    spawn(node, goStatement, time, ref) {
      visitor.spawn?.(node, goStatement, time, ref);
    },
    end(goroutine, time) {
      visitor.end?.(goroutine, time);
    },
  };
}
