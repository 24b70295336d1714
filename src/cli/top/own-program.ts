/** Top on a program that gotrace starts itself. */
import { join, resolve } from "node:path";
import type { Program, RunningProgram } from "../../gotool/process.js";
import { type RunDirectory, recordedFiles } from "../run/run-directory.js";
import type { RunView } from "../run/run-shown.js";
import { say } from "../say.js";
import { FollowedProcesses } from "./followed.js";
import { type Address, serveUntil } from "./metrics-server.js";
import { printWindows, type TopOptions } from "./print.js";
import { ProgramOutput } from "./program-output.js";
import { showWindows } from "./show.js";
import { Windows } from "./windows.js";

/** How the program is shown. */
export interface OwnProgramOptions extends TopOptions {
  readonly matches: (name: string) => boolean;
  /** Serve metrics there, and show nothing. */
  readonly metrics: Address | undefined;
  /** The file for what the program prints, as given. */
  readonly log: string | undefined;
}

/** Follows the processes of a run, and shows them on the terminal, prints windows, or serves metrics. */
export class OwnProgram implements RunView {
  readonly takesOutput: boolean;
  /** Whether it shows windows on the terminal, which the program then has not. */
  private readonly isOnScreen: boolean;
  private recording: RunDirectory | undefined;
  private output: ProgramOutput | undefined;
  private isOutputKept = false;
  /** Messages that came while the screen was on. */
  private readonly said: string[] = [];
  private hasFinished = false;

  constructor(private readonly options: OwnProgramOptions) {
    const { metrics, isJson } = options;
    this.isOnScreen = metrics === undefined && !isJson && process.stdout.isTTY === true;
    this.takesOutput = metrics === undefined && isJson;
  }

  program(recording: RunDirectory): Pick<Program, "streams" | "ownGroup"> {
    const { log, metrics } = this.options;
    const { directory, last } = recording;
    this.recording = recording;
    this.isOutputKept = log !== undefined || last?.directory === directory;
    if (log !== undefined) this.output = new ProgramOutput(resolve(log), "--log");
    else if (this.isOnScreen) this.output = new ProgramOutput(join(directory, "output.txt"), "output of the program");
    const stream = this.output?.stream;
    if (!this.isOnScreen) {
      const stdout = stream ?? (metrics === undefined ? 2 : undefined);
      return {
        streams: { ...(stdout === undefined ? {} : { stdout }), ...(stream === undefined ? {} : { stderr: stream }) },
      };
    }
    return {
      streams: {
        ...(process.stdin.isTTY ? { stdin: "ignore" } : {}),
        ...(stream === undefined ? {} : { stdout: stream }),
        ...(stream === undefined || !(process.stderr.isTTY || log) ? {} : { stderr: stream }),
      },
      // The terminal's keys go to the screen, so that Ctrl-C reaches nobody else.
      ownGroup: "always",
    };
  }

  async show(running: RunningProgram): Promise<void> {
    const { recording, options } = this;
    const followed = new FollowedProcesses(() => (recording === undefined ? [] : recordedFiles(recording)), true);
    const windows = new Windows(followed, options.interval, options.matches);
    try {
      windows.start();
      if (options.metrics !== undefined) await serveUntil(running.ended, windows, options.metrics);
      else if (this.isOnScreen) await this.showOn(windows, running);
      else await printWindows(windows, options, running.ended);
    } finally {
      followed.close();
      this.finish();
    }
  }

  readonly warn = (line: string) => {
    if (this.isOnScreen && !this.hasFinished) this.said.push(line);
    else say(line);
  };

  private async showOn(windows: Windows, { signal, ended }: RunningProgram): Promise<void> {
    let presses = 0;
    const quit = () => {
      signal(presses++ === 0 ? "SIGINT" : "SIGKILL");
      return "the program is ending: it was sent SIGINT, as by Ctrl-C · q again kills it";
    };
    const { output } = this;
    const below = output && ((most: number, width: number) => output.pane(most, width));
    await showWindows({ windows, over: ended, quit, ...(below === undefined ? {} : { below }) }, this.options);
  }

  /** Prints what could not be printed before. */
  private finish(): void {
    this.hasFinished = true;
    for (const line of this.said) say(line);
    if (this.output === undefined) return;
    const { lines, isAll } = this.output.close();
    if (!this.isOnScreen) return;
    for (const line of lines) process.stderr.write(`${line}\n`);
    if (isAll) return;
    const rest = this.isOutputKept ? `all of them: ${this.output.path}` : "--log FILE keeps all";
    say(`these are the last ${lines.length} lines that the program printed; ${rest}`);
  }
}
