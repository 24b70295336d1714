/** Runs a program to its end, while a view shows what it does. */
import { CannotStart, type Program, type ProgramExit, type RunningProgram, runProgram } from "../../gotool/process.js";
import type { Session } from "../session.js";
import type { RunDirectory } from "./run-directory.js";

/** Shows a program while it runs. */
export interface RunView {
  /** What the view changes in how the program is started. @throws UserError if it cannot show it */
  readonly program: (recording: RunDirectory) => Pick<Program, "streams" | "ownGroup">;
  /** Shows the program, and returns soon after its end. */
  readonly show: (running: RunningProgram) => Promise<void>;
  /** Standard output is for what the view prints, so that the report goes to standard error. */
  readonly takesOutput?: boolean;
  /** Called with messages for the user while the program runs. */
  readonly warn: (line: string) => void;
}

/** A program, how to build it again, and what shows it. */
interface ShownProgram {
  readonly program: Omit<Program, "cwd">;
  readonly remake?: () => Promise<void>;
  readonly view?: RunView;
}

/**
 * Runs a program to its end. If the system cannot start it, builds it again and tries once more.
 * @throws UserError if it cannot be started, and what the view throws, which ends the program
 */
export async function runShown(
  session: Session,
  { program, remake, view }: ShownProgram,
  recording: RunDirectory,
): Promise<ProgramExit> {
  const changes = view?.program(recording);
  let shown: Promise<void> | undefined;
  const started = (running: RunningProgram) => {
    shown = view?.show(running);
    shown?.catch(() => running.signal("SIGTERM"));
  };
  const start = () => session.delegateSignals(() => runProgram({ ...program, ...changes, cwd: session.cwd, started }));
  const exit = await start().catch(async (error: unknown) => {
    if (!(error instanceof CannotStart) || !remake) throw error;
    session.log(`${error.message}: building it again`);
    await remake();
    return start();
  });
  await shown;
  return exit;
}
