/**
 * Makes a program write a snapshot of its ring when it gets a signal. An overlay adds a file to the runtime module's package
 * sys, which only programs and tests import. It imports os/signal and, if GOTRACE_DUMP_WHEN names a signal, starts a goroutine
 * that waits for it. That changes the program: there are two more goroutines, and the Go runtime does not report any longer
 * that all goroutines are asleep. Without it, Go programs ignore these signals.
 */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ExitCode, UserError } from "../base/errors.js";
import type { GoEnvironment } from "./environment.js";

const templates = fileURLToPath(new URL("../../templates/signals", import.meta.url));

/** Systems without SIGUSR1 in package syscall, or without snapshots. */
const WITHOUT: ReadonlySet<string> = new Set(["windows", "plan9", "js", "wasip1"]);

/**
 * The overlay entries: path as Go sees it → file on disk.
 * @param runtime directory of the runtime module
 * @throws UserError for a system that does not have the signals
 */
export function signalOverlay({ os }: GoEnvironment, runtime: string): [string, string][] {
  if (WITHOUT.has(os)) {
    throw new UserError(
      `--dump-when: ${os} does not have SIGUSR1 and SIGUSR2`,
      "use another condition, or ask for a snapshot with 'gotrace record PID --dump'",
      ExitCode.unavailable,
    );
  }
  const file = (name: string, template: string): [string, string] => [
    join(runtime, "sys", name),
    join(templates, template),
  ];
  return [file("signals.go", "signals.go.txt"), file("signals.s", "signals.s.txt")];
}
