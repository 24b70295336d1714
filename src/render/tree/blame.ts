/** The table below a tree that says who made whom wait. */
import type { Naming } from "../../base/names.js";
import { formatCount, formatDuration, formatPercent } from "../../base/units.js";
import { waitsByFunction } from "../../callstats/index.js";
import { type CallForest, type CallTree, type ProcessTree, STATES, State } from "../../calltree/index.js";
import { columns, name, number } from "../columns.js";
import { culpritName } from "../culprit.js";
import type { Measure, Paint } from "../style.js";

/** Rows of the table, and the share of all waits that a row must have. */
const ROWS = 8;
const SHARE = 0.01;

interface Style {
  readonly paint: Paint;
  readonly naming: Naming;
  readonly width: number | undefined;
  readonly widthOf: Measure;
}

/** A line about stops of the world, if they took much of the time of a process. */
export function stopsLine({ tree, total }: Pick<ProcessTree, "tree" | "total">): readonly string[] {
  const { stoppedTime = 0 } = tree.blame ?? {};
  if (stoppedTime < SHARE * total || stoppedTime === 0) return [];
  const share = formatPercent(stoppedTime, total).trim();
  return [
    `the runtime stopped the world for ${formatDuration(stoppedTime)} in all, ${share}, which overlaps with the states of calls`,
  ];
}

/** Waits by function: which waited, for what, and which ended the wait or held the lock. */
export function* blameTable(forest: CallForest, tree: CallTree, style: Style): Generator<string> {
  const rows = waitsByFunction(forest, [{ tree }]).filter(({ waiter }) => waiter !== undefined);
  const whole = rows.reduce((sum, { time }) => sum + time, 0);
  const shown = rows.filter(({ time }) => time >= SHARE * whole).slice(0, ROWS);
  if (shown.length === 0) return;
  const { naming } = style;
  const list = [...["WAITED", "LONGEST", "WAITS"].map(number), ...["FOR", "IN", "ENDED BY"].map(name)];
  const cells = shown.map((row) => ({
    cells: [
      formatDuration(row.time),
      row.waits === 0 ? "" : formatDuration(row.longest),
      row.waits === 0 ? "" : formatCount(row.waits),
      row.starts ? "start" : STATES[row.state],
      row.starts ? `go ${naming(row.waiter!)}` : naming(row.waiter!),
      culpritName(row, naming),
    ],
  }));
  const forProcessor = shown.some(({ state }) => state === State.runnable) ? "; for processors, what ran" : "";
  yield `\n${style.paint("bold", `Waits, and who ended them; for locks, who held them${forProcessor}`)}\n`;
  yield* columns(list, cells, style);
  const { minimum = 0 } = tree.blame ?? {};
  if (minimum > 0)
    yield `${style.paint("dim", `only waits of at least ${formatDuration(minimum)}: there are too many others`)}\n`;
}
