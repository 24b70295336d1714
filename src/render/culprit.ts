/** Names who is to blame for a wait: a call, or untraced code and what that waited for. */
import type { Naming } from "../base/names.js";

/** What untraced code was to blame for, by {@link Blamed.cause}. */
const CAUSES: Readonly<Record<string, string>> = {
  "": "untraced code",
  running: "untraced code",
  network: "the network",
  timer: "a timer",
  sleep: "a timer",
  syscall: "a system call",
  gc: "the garbage collector",
  runnable: "a free processor",
  "idle processor": "a processor was idle",
  "stop the world": "the world was stopped",
  scheduler: "the scheduler",
};

/** The goroutines that mark for the garbage collector start with this function. */
const MARKER = "runtime.gcBgMarkWorker";

interface Culprit {
  /** The function that ended the wait, or held the lock; undefined where no traced call was open. */
  readonly culprit: string | undefined;
  /** As in Blamed. */
  readonly via: string;
  readonly cause: string;
}

/** `main.send`, `main.serve, through net/http.(*conn).readLoop`, `net/http.(*conn).readLoop, which waited for the network`. */
export function culpritName({ culprit, via, cause }: Culprit, naming: Naming): string {
  if (via === MARKER) return "(the garbage collector)";
  const between = via === "" ? [] : via.split(", ").map(naming);
  // Of a call that is not selected the last function is the one.
  const call =
    cause === "filtered" ? `${between.pop()} (filtered)` : culprit === undefined ? undefined : naming(culprit);
  const through = between.join(", ");
  if (call !== undefined) return through === "" ? call : `${call}, through ${through}`;
  const what = CAUSES[cause] ?? cause;
  if (through === "") return `(${what})`;
  return cause === "" || cause === "running" ? `${through} (untraced)` : `${through}, which waited for ${what}`;
}
