/** Prints windows as text, one below another. */
import { setTimeout as sleep } from "node:timers/promises";
import { fullNames, type Naming, shortNaming } from "../../base/names.js";
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
  readonly fullNames: boolean;
}

/** Prints windows until all processes have ended. @param over aborted when that is enough; what came until then is printed */
export async function printWindows(windows: Windows, options: TopOptions, over?: AbortSignal): Promise<void> {
  const { once, isJson, sort } = options;
  let isFirst = true;
  let isLast = once;
  do {
    await sleep(windows.left, undefined, over && { signal: over }).catch(() => undefined);
    isLast ||= over?.aborted === true;
    const snapshot = windows.next();
    const text = isJson ? snapshotJson(snapshot) : await tableOf(snapshot, sort, namingOf(snapshot, options));
    process.stdout.write(isFirst || isJson ? text : `\n${text}`);
    isFirst = false;
  } while (!isLast && (over !== undefined || windows.isRunning));
}

async function tableOf(snapshot: Snapshot, sort: TopSort, naming: Naming): Promise<string> {
  const style = { colour: false, width: undefined, widthOf: await measureOf(snapshot), sort, naming };
  return `${screenLines(snapshot, style).join("\n")}\n`;
}

/** The measure for the names in a snapshot. */
export function measureOf(snapshot: Snapshot): Promise<Measure> {
  return measureFor([...namesIn(snapshot), ...snapshot.processes.map(({ executable }) => executable)]);
}

/** How the names in a snapshot are shown: short, as far as they then differ. */
export function namingOf(snapshot: Snapshot, options: Pick<TopOptions, "fullNames">): Naming {
  return options.fullNames ? fullNames : shortNaming(namesIn(snapshot));
}

function namesIn({ functions, inFlight, goroutines }: Snapshot): string[] {
  const starts = goroutines.map((one) => one.function);
  return [...functions.map(({ name }) => name), ...inFlight.flatMap(({ path }) => path), ...starts];
}
