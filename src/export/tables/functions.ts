/** The table of functions: one row per function and process, with sums over its calls. */
import { type CallTree, type CallVisitor, EdgeKind, type Recording } from "../../calltree/index.js";
import { functionColumns, processColumns, type Row, type Table } from "./columns.js";

const COUNTS = ["panics", "goexits", "recovered", "running", "goroutines"] as const;
const SUMS = ["calls", "total", "self", "totalTracing", "selfTracing", ...COUNTS] as const;
/** By function. The tracing sums are NaN if the traced process did not measure its hooks. */
type Sums = { readonly [K in (typeof SUMS)[number]]: Float64Array };

interface FunctionRow extends Row {
  func: number;
  sums: Sums;
}

export function functionTable(recording: Recording, clocks: Table<FunctionRow>["clocks"]): Table<FunctionRow> {
  const sum = (name: string, of: keyof Sums) =>
    ({ name, kind: "int64", of: ({ sums, func }: FunctionRow) => Math.round(sums[of][func]) }) as const;
  return {
    columns: [
      ...processColumns<FunctionRow>(recording),
      ...functionColumns<FunctionRow>(recording, ({ func }) => func, false),
      sum("calls", "calls"),
      sum("total_ns", "total"),
      sum("self_ns", "self"),
      { ...sum("total_tracing_max_ns", "totalTracing"), nullable: true },
      { ...sum("self_tracing_max_ns", "selfTracing"), nullable: true },
      sum("panics", "panics"),
      sum("goexits", "goexits"),
      sum("recovered", "recovered"),
      sum("running", "running"),
      sum("goroutines", "goroutines"),
    ],
    clocks,
    rows: (emit) => functionRows(recording, emit),
  };
}

function* functionRows(recording: Recording, emit: (row: FunctionRow) => void): Generator<undefined> {
  const { forest } = recording;
  const exact = yield* totalsOfCalls(recording);
  for (const [process, { tree, depthLimit }] of forest.processes.entries()) {
    const sums = sumUp(tree, forest.functions.length, depthLimit);
    if (exact[process]) {
      sums.total.set(exact[process]);
      sums.totalTracing.fill(Number.NaN);
    }
    for (let func = 0; func < forest.functions.length; func++) if (sums.calls[func] > 0) emit({ process, func, sums });
    yield;
  }
}

/**
 * Total times by function, computed from single calls, for processes whose trees exceeded the limit of paths or depth.
 * In such trees some calls are not beneath their callers, so the tree's totals would count recursion twice.
 */
function* totalsOfCalls(recording: Recording): Generator<undefined, (Float64Array | undefined)[]> {
  const { processes, functions } = recording.forest;
  const totals = processes.map(({ tree, deep }) =>
    tree.others > 0 || deep ? new Float64Array(functions.length) : undefined,
  );
  if (totals.every((total) => total === undefined)) return totals;
  const open = new Int32Array(functions.length);
  let func: Int32Array = processes[0].tree.func;
  let total: Float64Array | undefined;
  const visitor: CallVisitor = {
    begin({ process }) {
      func = processes[process].tree.func;
      total = totals[process];
    },
    enter(node) {
      open[func[node]]++;
    },
    exit(node, start, end) {
      if (--open[func[node]] === 0 && total) total[func[node]] += end - start;
    },
  };
  yield* recording.walk(visitor, undefined, {});
  return totals;
}

/** Sums by function. Total time counts a call only if none of the same function is open around it on its goroutine. */
function sumUp(tree: CallTree, functions: number, depthLimit: number): Sums {
  const sums = Object.fromEntries(SUMS.map((name) => [name, new Float64Array(functions)])) as Sums;
  const { func, depth, edge, calls, total, self, tracing } = tree;
  /**
   * By depth on the path to the current node: the function, the depth at which the goroutine begins, and the previous
   * value of `latest`.
   */
  const path = new Int32Array(depthLimit + 2);
  const bottom = new Int32Array(depthLimit + 2).fill(1);
  const before = new Int32Array(depthLimit + 2);
  /** By function: the depth of its innermost open call. */
  const latest = new Int32Array(functions);
  let open = 0;
  for (let node = 1; node < tree.size; node++) {
    const level = depth[node];
    for (; open >= level; open--) latest[path[open]] = before[open];
    const of = func[node];
    path[level] = of;
    before[level] = latest[of];
    bottom[level] = level === 1 || edge[node] !== EdgeKind.call ? level : bottom[level - 1];
    // The node `others` is not a call.
    if (node !== tree.others) {
      sums.calls[of] += calls[node];
      sums.self[of] += self[node];
      sums.selfTracing[of] += tracing?.self[node] ?? Number.NaN;
      if (latest[of] < bottom[level]) {
        sums.total[of] += total[node];
        sums.totalTracing[of] += tracing?.total[node] ?? Number.NaN;
      }
    }
    latest[of] = level;
    open = level;
  }
  for (const name of COUNTS) {
    for (const [node, count] of tree[name]) sums[name][func[node]] += count;
  }
  return sums;
}
