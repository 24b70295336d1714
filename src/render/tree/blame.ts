/** The table below a tree that says who made whom wait. */
import type { Naming } from "../../base/names.js";
import { formatCount, formatDuration } from "../../base/units.js";
import { type Blamed, type CallForest, type CallTree, STATES } from "../../calltree/index.js";
import { type Column, columns } from "../columns.js";
import type { Measure, Paint } from "../style.js";

/** Rows of the table, and the share of all waits that a row must have. */
const ROWS = 8;
const SHARE = 0.01;

const NOBODY = "(untraced code)";

interface Style {
  readonly paint: Paint;
  readonly naming: Naming;
  readonly width: number | undefined;
  readonly widthOf: Measure;
}

/** Waits by function: which waited, for what, and which ended the wait or held the lock. */
export function* blameTable({ functions }: CallForest, tree: CallTree, style: Style): Generator<string> {
  const rows = byFunction(tree.blame?.pairs ?? [], tree.func);
  const whole = rows.reduce((sum, { time }) => sum + time, 0);
  const shown = rows.filter(({ time }) => time >= SHARE * whole).slice(0, ROWS);
  if (shown.length === 0) return;
  const nameOf = (func: number) => (func < 0 ? NOBODY : style.naming(functions[func].name));
  const list: Column[] = [
    ...["WAITED", "LONGEST", "WAITS"].map((heading) => ({ heading, kind: "number" }) as const),
    ...["FOR", "IN", "ENDED BY"].map((heading) => ({ heading, kind: "name" }) as const),
  ];
  const cells = shown.map(({ waiter, state, culprit, time, longest, waits }) => ({
    cells: [
      formatDuration(time),
      formatDuration(longest),
      formatCount(waits),
      STATES[state],
      nameOf(waiter),
      nameOf(culprit),
    ],
  }));
  yield `\n${style.paint("bold", "Waits, and who ended them; for locks, who held them")}\n`;
  yield* columns(list, cells, style);
  const { minimum = 0 } = tree.blame ?? {};
  if (minimum > 0)
    yield `${style.paint("dim", `only waits of at least ${formatDuration(minimum)}: there are too many others`)}\n`;
}

/** Sums of the pairs of nodes by function; the functions in place of the nodes, -1 where no call was open. */
function byFunction(blamed: readonly Blamed[], func: Int32Array): Blamed[] {
  const sums = new Map<string, Blamed>();
  for (const { waiter, state, culprit, time, longest, waits } of blamed) {
    const pair = { waiter: func[waiter], state, culprit: func[culprit] };
    const key = `${pair.waiter} ${state} ${pair.culprit}`;
    const known = sums.get(key) ?? { ...pair, time: 0, longest: 0, waits: 0 };
    sums.set(key, {
      ...pair,
      time: known.time + time,
      longest: Math.max(known.longest, longest),
      waits: known.waits + waits,
    });
  }
  return [...sums.values()].sort((a, b) => b.time - a.time);
}
