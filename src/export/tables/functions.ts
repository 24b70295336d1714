/** The table of functions: one row per function and process, with sums over its calls. */
import { CallGroup } from "../../callstats/group.js";
import { CallMeter } from "../../callstats/meter.js";
import {
  type CallTotals,
  type CallTree,
  callTotals,
  type FramePlaces,
  framePlaces,
  type Recording,
  type Span,
  STATES,
  type Walk,
} from "../../calltree/index.js";
import { functionColumns, NOTHING, processColumns, type Row, type Table } from "./columns.js";
import { emptyParts, type StateParts, setParts, stateColumns } from "./states.js";

const COUNTS = ["panics", "goexits", "recovered", "running", "goroutines"] as const;
type Counts = { readonly [K in (typeof COUNTS)[number]]: Float64Array };
/** By function. The tracing sums are NaN if the traced process did not measure its hooks. */
interface Sums extends CallTotals, Counts {
  readonly totalTracing: Float64Array;
  readonly selfTracing: Float64Array;
}
/** By function: unrounded times by state, of its total and self times. */
interface StateSums {
  readonly total: readonly Float64Array[];
  readonly self: readonly Float64Array[];
}

interface FunctionRow extends Row {
  func: number;
  sums: Sums;
  /** The parts of its total and self times; undefined if they are not known. */
  total: StateParts | undefined;
  self: StateParts | undefined;
}

export function functionTable(
  recording: Recording,
  clockOf: Table<FunctionRow>["clockOf"],
  uniform: boolean,
): Table<FunctionRow> {
  const sum = (name: string, of: keyof Sums) =>
    ({ name, kind: "int64", of: ({ sums, func }: FunctionRow) => Math.round(sums[of][func]) }) as const;
  return {
    columns: [
      ...processColumns<FunctionRow>(recording),
      ...functionColumns<FunctionRow>(recording, ({ func }) => func, false),
      sum("calls", "calls"),
      sum("total_ns", "total"),
      sum("self_ns", "self"),
      ...stateColumns<FunctionRow>(recording, "", ({ total }) => total, uniform),
      ...stateColumns<FunctionRow>(recording, "self_", ({ self }) => self, uniform),
      { ...sum("total_tracing_max_ns", "totalTracing"), nullable: true },
      { ...sum("self_tracing_max_ns", "selfTracing"), nullable: true },
      sum("panics", "panics"),
      sum("goexits", "goexits"),
      sum("recovered", "recovered"),
      sum("running", "running"),
      sum("goroutines", "goroutines"),
    ],
    clockOf,
    rows: (emit) => functionRows(recording, emit),
  };
}

function* functionRows(recording: Recording, emit: (row: FunctionRow) => void): Walk {
  const { forest } = recording;
  const exact = yield* totalsOfCalls(recording);
  const parts = { total: emptyParts(), self: emptyParts() };
  for (const [process, { tree }] of forest.processes.entries()) {
    const places = framePlaces(tree, forest.functions.length);
    const sums = sumUp(tree, forest.functions.length, places);
    const groups = exact[process];
    if (groups) {
      sums.total.set(groups.map(([group]) => group.total));
      sums.totalTracing.fill(Number.NaN);
    }
    const states = sumStates(tree, forest.functions.length, places, groups);
    for (let func = 0; func < forest.functions.length; func++) {
      if (sums.calls[func] === 0) continue;
      if (states !== undefined) {
        setParts(parts.total, Math.round(sums.total[func]), states.total[func]);
        setParts(parts.self, Math.round(sums.self[func]), states.self[func]);
      }
      emit({ process, func, sums, total: states && parts.total, self: states && parts.self });
    }
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
function sumUp(tree: CallTree, functions: number, places: FramePlaces): Sums {
  const { func, tracing, others, size } = tree;
  // The node `others` is not a call.
  const spans: readonly Span[] =
    others > 0
      ? [
          [1, others],
          [others + 1, size],
        ]
      : [[1, size]];
  const times = callTotals(tree, functions, places, spans);
  const added = tracing && callTotals({ ...tree, ...tracing }, functions, places, spans);
  const counts = Object.fromEntries(COUNTS.map((name) => [name, new Float64Array(functions)])) as Counts;
  for (const name of COUNTS) {
    for (const [node, count] of tree[name]) counts[name][func[node]] += count;
  }
  const unknown = () => new Float64Array(functions).fill(Number.NaN);
  return { ...times, ...counts, totalTracing: added?.total ?? unknown(), selfTracing: added?.self ?? unknown() };
}

/**
 * Times by function and state; undefined if they are not known.
 *
 * @param groups have the totals, if the tree does not tell them
 */
function sumStates(
  tree: CallTree,
  functions: number,
  { outer }: FramePlaces,
  groups: readonly (readonly [CallGroup])[] | undefined,
): StateSums | undefined {
  const { states, func, size, others } = tree;
  if (states === undefined) return undefined;
  const rows = () => Array.from({ length: functions }, () => emptyParts());
  const sums = { total: rows(), self: rows() };
  for (let state = 0; state < STATES.length; state++) {
    const self = states.self[state];
    const total = states.total[state];
    for (let node = 1; node < size; node++) {
      if (node === others) continue;
      if (self !== undefined) sums.self[func[node]][state] += self[node];
      if (total !== undefined && outer[node] === 1) sums.total[func[node]][state] += total[node];
    }
  }
  for (const [index, [group]] of groups?.entries() ?? []) sums.total[index] = group.states?.total ?? emptyParts();
  return sums;
}
