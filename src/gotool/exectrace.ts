/**
 * Recording an execution trace beside the call trace. Through the overlay the runtime module of the build gets files that
 * start the recording before the user's packages are initialised, and end it when main.main returns or os.Exit is called:
 * by a hook that the Go runtime has for this (`internal/runtime/exithook`; coverage uses it too). Since Go 1.23 the linker
 * by default lets only std refer to it. A crash or a fatal signal runs no hook: then what the runtime still
 * holds, at most the last second, may be missing (since Go 1.23 the runtime tries to write it in a panic).
 */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ExitCode, UserError } from "../base/errors.js";
import type { GoEnvironment } from "./environment.js";

/** Directory where every process writes `<pid>-<n>.trace`; a process without this variable records nothing. */
export const execTraceVariable = "GOTRACE_EXEC_OUT";

const templates = fileURLToPath(new URL("../../templates/exectrace", import.meta.url));

/** What makes a build record its execution trace, beside the flags of linkname.ts. */
export interface ExecTraceBuild {
  /** Overlay entries: path as Go sees it → file on disk. */
  readonly overlay: readonly [string, string][];
}

/**
 * Makes a program record its execution trace.
 * @param runtime directory of the runtime module, which every traced program links
 * @throws UserError before Go 1.22, whose traces have another format
 */
export function recordExecTrace(env: GoEnvironment, runtime: string): ExecTraceBuild {
  if (env.minor < 22) {
    throw new UserError(
      "--exec-trace needs Go 1.22 or newer",
      "use a newer release (GOTOOLCHAIN=go1.22.12 lets go fetch one), or leave --exec-trace out",
      ExitCode.unavailable,
    );
  }
  const file = (name: string, template: string): [string, string] => [join(runtime, name), join(templates, template)];
  return {
    overlay: [
      file("exectrace.go", "record.go.txt"),
      file("exectrace_exit.go", env.minor === 22 ? "exit_go122.go.txt" : "exit.go.txt"),
      file("exectrace_exit.s", "exit.s.txt"),
    ],
  };
}
