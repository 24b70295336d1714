/** The trees of listed calls: each with its callers, what it started on other goroutines, and why it took so long. */
import { printable } from "../../base/printable.js";
import { formatDuration } from "../../base/units.js";
import type { CallRecord } from "../../callstats/index.js";
import type { CallFamily, Recording } from "../../calltree/index.js";
import { taskName } from "../../render/numbers/calls.js";
import { measureFor, painter } from "../../render/style.js";
import { renderTree, type TreeTextOptions } from "../../render/tree/tree.js";
import { explainedRecords, explanation } from "./explain-calls.js";
import type { FormatContext } from "./format.js";

/** Approximate number of lines of a tree. */
const LINES = 40;

type Trees = Generator<string, readonly string[]>;

/** The trees of calls, as text; its result are the legends of the marks in it. */
export async function callTrees(
  recording: Recording,
  records: readonly CallRecord[],
  { options, output, naming, callCommand }: FormatContext,
): Promise<Trees> {
  const listed = explainedRecords(recording, records);
  const style: TreeTextOptions = {
    ...{ by: options.by, lines: LINES, naming, colour: output.colour, isPart: true },
    measure: await measureFor(recording.forest.functions.map(({ name }) => name)),
    ...(output.width === undefined ? {} : { width: output.width }),
  };
  const paint = painter(output.colour);
  function* write(): Trees {
    const legends = new Set<string>();
    for (const { record, family, why } of listed) {
      const below = why && {
        below: (_: unknown, own: Parameters<typeof explanation>[2]) => explanation(recording, why, own),
      };
      yield `\n${paint("bold", printable(headingOf(record, naming)))}\n`;
      const command = callCommand?.(record.id!);
      if (command !== undefined) yield `${paint("dim", printable(command))}\n`;
      for (const legend of yield* treeOf(recording, family, { ...style, ...below })) legends.add(legend);
    }
    return [...legends];
  }
  return write();
}

/** `12.3 main.handle, 64.5ms`; `task request, 60.1ms, in 12.3 main.handle`. */
function headingOf({ id, function: of, handler, duration, task }: CallRecord, naming: FormatContext["naming"]): string {
  const call = `${id} ${naming(handler?.at(-1) ?? of.name)}`;
  const length = formatDuration(duration);
  return task === undefined ? `${call}, ${length}` : `${taskName(task)}, ${length}, in ${call}`;
}

function treeOf(recording: Recording, family: CallFamily, options: TreeTextOptions): Trees {
  const { forest } = recording.ofCall(family, { blames: false });
  return renderTree({ ...forest, processes: [forest.processes[family.id.process]] }, options);
}
