/**
 * Makes a program record an execution trace in addition to the call trace. An overlay adds files to the runtime module that
 * start the recording before the user's packages are initialised, and end it when main.main returns or os.Exit is called.
 * For the end they use the runtime's exit hook (`internal/runtime/exithook`; coverage uses it as well), which the linker
 * since Go 1.23 reserves for std by default.
 *
 * A crash or fatal signal runs no hook. What the runtime has not written yet, at most the last second, may then be missing;
 * since Go 1.23 the runtime tries to write it on a panic.
 *
 * Beside a ring, which has the end of a run, Go's flight recorder runs (Go 1.25 and later), and each snapshot of the ring gets
 * its content. Go permits one flight recorder in a process, so that a program that may start one gets none of gotrace's.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ExitCode, UserError } from "../base/errors.js";
import type { GoEnvironment } from "./environment.js";
import type { GoPackage } from "./packages.js";

/** The variable that names the directory where each process writes `<pid>-<n>.trace`. */
export const execTraceVariable = "GOTRACE_EXEC_OUT";

/**
 * The variable that, unless it is empty or 0, makes each process write its execution trace beside its call trace, in the
 * directory of GOTRACE_OUT, under the same `<pid>-<n>`. It takes precedence. With neither, nothing is recorded.
 */
export const statesVariable = "GOTRACE_STATES";

/** The flags that ask for an execution trace. */
type ExecTraceFlag = "--exec-trace" | "--states" | "--by";

const templates = fileURLToPath(new URL("../../templates/exectrace", import.meta.url));

/** What a build needs to record execution traces, in addition to the flags of linkname.ts. */
export interface ExecTraceBuild {
  /** Overlay entries: path as Go sees it → file on disk. */
  readonly overlay: readonly [string, string][];
}

/** Which flags ask for an execution trace, for messages. */
export interface ExecTraceWish {
  readonly flag: ExecTraceFlag;
  /** The one that asks for a ring beside it. */
  readonly ring: string | undefined;
}

/**
 * The overlay entries with which a program records its execution trace.
 * @param runtime directory of the runtime module, which every traced program links
 * @param packages all packages of the program
 * @throws UserError before Go 1.22, which writes traces in another format, and for a ring before Go 1.25
 */
export function recordExecTrace(
  env: GoEnvironment,
  runtime: string,
  { flag, ring }: ExecTraceWish,
  packages: readonly GoPackage[],
): ExecTraceBuild {
  if (env.minor < 22) {
    throw new UserError(
      `${flag} needs Go 1.22 or newer`,
      `use a newer release (GOTOOLCHAIN=go1.22.12 lets go fetch one), or leave ${flag} out`,
      ExitCode.unavailable,
    );
  }
  if (ring !== undefined && env.minor < FLIGHT_SINCE) {
    throw new UserError(
      `${flag} with a ring (${ring}) needs Go 1.${FLIGHT_SINCE} or newer, which has a flight recorder`,
      `use a newer release (GOTOOLCHAIN=go1.${FLIGHT_SINCE}.0 lets go fetch one), or leave ${flag} or ${ring} out`,
      ExitCode.unavailable,
    );
  }
  const flight = env.minor < FLIGHT_SINCE ? "flight_old.go.txt" : flightFor(packages);
  const file = (name: string, template: string): [string, string] => [join(runtime, name), join(templates, template)];
  return {
    overlay: [
      file("exectrace.go", "record.go.txt"),
      file("exectrace_flight.go", flight),
      file("exectrace_exit.go", env.minor === 22 ? "exit_go122.go.txt" : "exit.go.txt"),
      file("exectrace_exit.s", "exit.s.txt"),
    ],
  };
}

/** The first minor release of Go with a flight recorder. */
const FLIGHT_SINCE = 25;

/** The template for a program: packages other than Go's own must not find that there is a flight recorder already. */
function flightFor(packages: readonly GoPackage[]): string {
  const isOwn = packages.some(
    ({ standard, usesTrace, files }) =>
      !standard && usesTrace && files.some((file) => readFileSync(file).includes("FlightRecorder")),
  );
  return isOwn ? "flight_own.go.txt" : "flight.go.txt";
}
