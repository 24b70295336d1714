/** The table of functions: one row per function and process, with sums over its calls. */
import { CallGroup } from "../../callstats/group.js";
import { CallMeter } from "../../callstats/meter.js";
import { type CallTree, framePlaces, type Recording, type Walk } from "../../calltree/index.js";
import { functionColumns, NOTHING, processColumns, type Row, type Table } from "./columns.js";

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

function* functionRows(recording: Recording, emit: (row: FunctionRow) => void): Walk {
  const { forest } = recording;
  const exact = yield* totalsOfCalls(recording);
  for (const [process, { tree }] of forest.processes.entries()) {
    const sums = sumUp(tree, forest.functions.length);
    const groups = exact[process];
    if (groups) {
      sums.total.set(groups.map(([group]) => group.total));
      sums.totalTracing.fill(Number.NaN);
    }
    for (let func = 0; func < forest.functions.length; func++) if (sums.calls[func] > 0) emit({ process, func, sums });
    yield;
  }
  return NOTHING;
}

const NONE: readonly CallGroup[] = [];

/**
 * Sums by function, computed from single calls, for processes whose trees exceeded the limit of paths or depth. In such trees
 * some calls are not beneath their callers, so the tree's totals would count recursion twice.
 */
function* totalsOfCalls(
  recording: Recording,
): Generator<undefined, readonly (readonly (readonly [CallGroup])[] | undefined)[]> {
  const { processes, functions } = recording.forest;
  const groups = processes.map(({ tree, deep }) =>
    tree.others > 0 || deep ? functions.map(() => [new CallGroup(false)] as const) : undefined,
  );
  if (groups.some((group) => group !== undefined)) {
    const of = (process: number, node: number) => groups[process]?.[processes[process].tree.func[node]] ?? NONE;
    yield* recording.walk(new CallMeter(recording.forest, of), undefined, {});
  }
  return groups;
}

/** Sums by function. Total time counts a call only if none of the same function is open around it on its goroutine. */
function sumUp(tree: CallTree, functions: number): Sums {
  const sums = Object.fromEntries(SUMS.map((name) => [name, new Float64Array(functions)])) as Sums;
  const { func, calls, total, self, tracing } = tree;
  const { outer } = framePlaces(tree, functions);
  for (let node = 1; node < tree.size; node++) {
    // The node `others` is not a call.
    if (node === tree.others) continue;
    const of = func[node];
    sums.calls[of] += calls[node];
    sums.self[of] += self[node];
    sums.selfTracing[of] += tracing?.self[node] ?? Number.NaN;
    if (outer[node] === 1) {
      sums.total[of] += total[node];
      sums.totalTracing[of] += tracing?.total[node] ?? Number.NaN;
    }
  }
  for (const name of COUNTS) {
    for (const [node, count] of tree[name]) sums[name][func[node]] += count;
  }
  return sums;
}
