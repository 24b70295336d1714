/** The table below a tree that says who made whom wait. */
import type { Naming } from "../../base/names.js";
import { formatCount, formatDuration } from "../../base/units.js";
import { waitsByFunction } from "../../callstats/index.js";
import { type CallForest, type CallTree, STATES } from "../../calltree/index.js";
import { columns, name, number } from "../columns.js";
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
export function* blameTable(forest: CallForest, tree: CallTree, style: Style): Generator<string> {
  const rows = waitsByFunction(forest, [{ tree }]);
  const whole = rows.reduce((sum, { time }) => sum + time, 0);
  const shown = rows.filter(({ time }) => time >= SHARE * whole).slice(0, ROWS);
  if (shown.length === 0) return;
  const nameOf = (name: string | undefined) => (name === undefined ? NOBODY : style.naming(name));
  const list = [...["WAITED", "LONGEST", "WAITS"].map(number), ...["FOR", "IN", "ENDED BY"].map(name)];
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
