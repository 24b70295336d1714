/** What a snapshot was taken for, as lines below the name of the trace. */
import type { Trigger } from "../analyses/index.js";
import { printable } from "../base/printable.js";
import { formatDuration } from "../base/units.js";
import type { Paint } from "./style.js";

export function* triggerLines(triggers: readonly Trigger[], paint: Paint): Generator<string> {
  for (const { time, by, message } of triggers) {
    yield `${paint("yellow", by)} at ${formatDuration(time)}: ${printable(message)}\n`;
  }
}
