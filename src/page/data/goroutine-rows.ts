/** Packs and unpacks the rows of the goroutine timeline, each beneath its parent's. */
import type { ByteReader, ByteWriter } from "../../base/varint.js";
import type { GoroutineTimelines, TimelineTree } from "../../calltree/index.js";

/** A goroutine. Times are nanoseconds since the start of the process. */
export interface GoroutineRow {
  /** Its place among the rows. */
  readonly index: number;
  readonly goid: number;
  /** The goroutine that started it, which may have no row; 0 if unknown. */
  readonly parentGoid: number;
  /** Number of ancestors with a row; 0 for goroutines whose parent has none. */
  readonly level: number;
  /** Edge and go statement, as in Paths. */
  readonly edge: number;
  readonly goStatement: number;
  /** Its first outermost function, and that call's node; `node` is 0 if the page does not have it. */
  readonly func: number;
  readonly node: number;
  readonly start: number;
  readonly length: number;
  readonly calls: number;
  readonly spans: SpanColumns;
}

/** Calls by start, outer ones first. */
interface SpanColumns {
  readonly size: number;
  readonly node: Int32Array;
  readonly start: Float64Array;
  readonly length: Float64Array;
  readonly level: Uint16Array;
}

export interface PageGoroutines {
  readonly rows: readonly GoroutineRow[];
  /** Goroutines without a row. */
  readonly omitted: number;
  /** Calls shorter than this (nanoseconds) are in no row. */
  readonly shortest: number;
}

/**
 * Writes goroutines in the order of their rows.
 * @param func by node of the tree: its function
 * @param number by node of the tree: its number in the page; not positive if it is not there
 */
export function writeGoroutines(
  to: ByteWriter,
  timelines: GoroutineTimelines,
  func: Int32Array,
  number: Int32Array,
): void {
  to.uint(timelines.kept);
  to.uint(timelines.hidden);
  to.uint(Math.round(timelines.shortest));
  const page = (node: number) => Math.max(0, number[node]);
  for (const { tree, level } of rowsOf(timelines)) {
    const { goid, parentGoid, edge, goStatement, node, start, end, calls, spans } = tree.timeline;
    for (const value of [goid, parentGoid, level, edge, goStatement + 1, func[node], page(node)]) to.uint(value);
    for (const value of [start, end - start, calls]) to.uint(Math.max(0, Math.round(value)));
    const shown = spans.filter((span) => page(span.node) > 0);
    to.uint(shown.length);
    let last = Math.round(start);
    for (const span of shown) {
      const from = Math.max(last, Math.round(span.start));
      for (const value of [page(span.node), from - last, Math.max(0, Math.round(span.end) - from), span.level]) {
        to.uint(value);
      }
      last = from;
    }
  }
}

/** The goroutines in the order of their rows, each with the number of ancestors that have a row. */
export function* rowsOf({
  roots,
}: GoroutineTimelines): Generator<{ readonly tree: TimelineTree; readonly level: number }> {
  const stack: { tree: TimelineTree; level: number }[] = [];
  const push = (trees: readonly TimelineTree[], level: number) => {
    for (const tree of [...trees].reverse()) stack.push({ tree, level });
  };
  push(roots, 0);
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    yield top;
    push(top.tree.below, top.level + 1);
  }
}

/** Reads what {@link writeGoroutines} wrote. */
export function readGoroutines(from: ByteReader): PageGoroutines {
  const kept = from.uint();
  const omitted = from.uint();
  const shortest = from.uint();
  const rows = Array.from({ length: kept }, (_, index): GoroutineRow => {
    const [goid, parentGoid, level, edge] = [from.uint(), from.uint(), from.uint(), from.uint()];
    const [goStatement, func, node] = [from.uint() - 1, from.uint(), from.uint()];
    const [start, length, calls] = [from.uint(), from.uint(), from.uint()];
    return {
      index,
      goid,
      parentGoid,
      level,
      edge,
      goStatement,
      func,
      node,
      start,
      length,
      calls,
      spans: readSpans(from, start),
    };
  });
  return { rows, omitted, shortest };
}

function readSpans(from: ByteReader, begin: number): SpanColumns {
  const size = from.uint();
  const columns = {
    size,
    node: new Int32Array(size),
    start: new Float64Array(size),
    length: new Float64Array(size),
    level: new Uint16Array(size),
  };
  let last = begin;
  for (let i = 0; i < size; i++) {
    columns.node[i] = from.uint();
    last += from.uint();
    columns.start[i] = last;
    columns.length[i] = from.uint();
    columns.level[i] = from.uint();
  }
  return columns;
}
