/** Shows windows on the alternate screen of a terminal, and does what keys ask for. */
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../base/errors.js";
import { matchingSnapshot, type Snapshot } from "../../follow/index.js";
import { snapshotJson } from "../../render/top/json.js";
import { screenLines } from "../../render/top/screen.js";
import { wantsColour } from "../output.js";
import { dumpAll } from "../record/dump.js";
import { toggleGate } from "../record/gate.js";
import { Keys } from "./keys.js";
import { measureOf, namingOf, type TopOptions } from "./print.js";
import { Terminal } from "./terminal.js";
import type { Windows } from "./windows.js";

/** What the screen shows, and when it closes. */
export interface Screen {
  readonly windows: Windows;
  /** Aborted when the screen is to close. */
  readonly over: AbortSignal;
  /** The user wants to quit. @returns what to say while the screen stays */
  readonly quit: () => string;
  /** Called when no process runs any more. */
  readonly ended?: () => void;
  /** Lines below the window. @param most how many there may be, at `width` columns */
  readonly below?: (most: number, width: number) => readonly string[];
}

/** The most lines below the window, as a share of the terminal's height. */
const BELOW_SHARE = 0.25;

/** Shows windows until the screen is to close. */
export async function showWindows(screen: Screen, options: TopOptions): Promise<void> {
  const { windows, over, quit, below } = screen;
  const keys = new Keys(options.sort);
  let snapshot = windows.next();
  /** Lasts until the next key. */
  let message = "";
  /** Lasts until the screen closes. */
  let closing = "";
  const draw = async () => {
    const filter = keys.filter.toLowerCase();
    const shown = matchingSnapshot(snapshot, (name) => name.toLowerCase().includes(filter));
    const { width, height } = terminal;
    const lower = below?.(Math.floor(height * BELOW_SHARE), width) ?? [];
    const room = height - 1 - lower.length;
    const upper = screenLines(shown, {
      colour: wantsColour(process.stdout, process.env),
      width,
      height: room,
      widthOf: await measureOf(snapshot),
      naming: namingOf(snapshot, options),
      sort: keys.sort,
    });
    const filled = Array.from({ length: room }, (_, i) => upper[i] ?? "");
    terminal.draw([...filled, ...lower], message || closing || keys.line);
  };
  const act = {
    quit: () => {
      closing = quit();
    },
    save: () => {
      message = saved(snapshot);
    },
    reset: () => {
      windows.reset();
      snapshot = windows.next();
    },
    release: () => windows.release(),
    dump: () => {
      message = "a snapshot is being written";
      void dumpAll(windows.paths).then((said) => {
        message = said;
        if (!over.aborted) return draw();
      });
    },
    gate: () => {
      message = toggleGate(windows.paths);
    },
  };
  const press = (text: string) => {
    const action = keys.press(text);
    message = "";
    if (action !== undefined) act[action]();
    if (!over.aborted) void draw();
  };
  const terminal = new Terminal(process.stdout, { press, resize: () => void draw() });
  try {
    await draw();
    while (!over.aborted) {
      await sleep(windows.left, undefined, { signal: over }).catch(() => undefined);
      if (over.aborted) break;
      const next = windows.next();
      if (!keys.isPaused) snapshot = next;
      await draw();
      if (!windows.isRunning) screen.ended?.();
    }
  } finally {
    terminal.close();
  }
}

/** Writes a snapshot into the current directory. @returns what to say about it */
function saved(snapshot: Snapshot): string {
  const file = `gotrace-top-${new Date(snapshot.time).toISOString().replace(/[:.]/g, "-")}.json`;
  try {
    writeFileSync(file, snapshotJson(snapshot), { flag: "wx" });
    return `written: ${file}`;
  } catch (error) {
    return `cannot write ${file}: ${messageOf(error)}`;
  }
}
