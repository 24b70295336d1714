/** Prints windows as text, one below another. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Naming } from "../../base/names.js";
import type { Snapshot } from "../../follow/index.js";
import { type Measure, measureFor } from "../../render/style.js";
import { snapshotJson } from "../../render/top/json.js";
import { screenLines, type TopSort } from "../../render/top/screen.js";
import type { Windows } from "./windows.js";

/** How windows are shown. */
export interface TopOptions {
  /** Nanoseconds of a window. */
  readonly interval: number;
  readonly once: boolean;
  readonly isJson: boolean;
  readonly sort: TopSort;
  readonly naming: Naming | undefined;
}

/** Prints windows until all processes have ended. @param over aborted when that is enough; what came until then is printed */
export async function printWindows(
  windows: Windows,
  { once, isJson, sort, naming }: TopOptions,
  over?: AbortSignal,
): Promise<void> {
  let isFirst = true;
  let isLast = once;
  do {
    await sleep(windows.left, undefined, over && { signal: over }).catch(() => undefined);
    isLast ||= over?.aborted === true;
    const snapshot = windows.next();
    const text = isJson ? snapshotJson(snapshot) : await tableOf(snapshot, sort, naming);
    process.stdout.write(isFirst || isJson ? text : `\n${text}`);
    isFirst = false;
  } while (!isLast && (over !== undefined || windows.isRunning));
}

async function tableOf(snapshot: Snapshot, sort: TopSort, naming: Naming | undefined): Promise<string> {
  const style = { colour: false, width: undefined, widthOf: await measureOf(snapshot), sort };
  return `${screenLines(snapshot, naming === undefined ? style : { ...style, naming }).join("\n")}\n`;
}

/** The measure for the names in a snapshot. */
export function measureOf({ functions, inFlight }: Snapshot): Promise<Measure> {
  return measureFor([...functions.map(({ name }) => name), ...inFlight.flatMap(({ path }) => path)]);
}
