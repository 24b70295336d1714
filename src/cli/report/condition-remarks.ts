/** Whether the conditions of snapshots held that are about the states of calls: the traced process does not know that. */
import { formatDuration } from "../../base/units.js";
import { type PartCall, PartWatch, partCondition } from "../../callstats/index.js";
import { type ProcessTree, partName, type Recording } from "../../calltree/index.js";

/**
 * A line for each snapshot that was written because a call took longer than a condition about states says, unless gotrace has
 * judged it already: `api.F.lock > 10ms: held, lock 14.2ms`.
 * @param whole reads all calls, if some are filtered
 */
export async function conditionRemarks(recording: Recording, whole: () => Promise<Recording>): Promise<string[]> {
  const { processes } = recording.forest;
  const unjudged = processes.flatMap((process, index) => {
    const condition = conditionOf(process);
    return condition === undefined ? [] : [{ index, condition, stop: process.info.stop?.at ?? 0 }];
  });
  if (unjudged.length === 0) return [];
  const all = await whole();
  return unjudged.map(({ index, condition, stop }) => {
    const watch = new PartWatch(all.forest, index, [condition], stop, 0);
    const others = processes.flatMap((_, other) => (other === index ? [] : [other]));
    all.visit(watch, undefined, undefined, new Set(others));
    const process = processes.length > 1 ? `process ${processes[index].info.pid}: ` : "";
    return `${process}${condition.text}: ${verdictOn(watch.best)}`;
  });
}

/** The condition that a snapshot was written for; undefined if it is known to have held, or not about states. */
function conditionOf({ cause }: ProcessTree) {
  if (cause?.function === undefined || cause.spent !== undefined) return undefined;
  const condition = partCondition(cause.trigger);
  return (
    condition && {
      ...condition,
      functions: { text: cause.function, matches: (name: string) => name === cause.function },
    }
  );
}

function verdictOn(call: PartCall | undefined): string {
  if (call === undefined) return "not known, because the call is not in the snapshot";
  const { condition, held, spent, unknown } = call;
  const part = `${partName(condition.states)} ${formatDuration(spent)}`;
  if (held === "unknown") return `not known, ${part} and ${formatDuration(unknown)} in unknown states`;
  return `${held === "held" ? "held" : "did not hold"}, ${part}`;
}
