/** The alternate screen of a terminal, and its keys. */
import { openSync } from "node:fs";
import { ReadStream, type WriteStream } from "node:tty";

// Lines are not continued on the next one: what the program prints may be wider than the terminal.
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l";
const LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l";
const HOME = "\x1b[H";
const CLEAR_LINE = "\x1b[K";

/** What happens at the terminal. */
export interface Events {
  /** A key, or all text that is pasted at once. */
  readonly press: (text: string) => void;
  /** Its size has changed. */
  readonly resize: () => void;
}

export class Terminal {
  private readonly input = keyboard();

  /** Takes the terminal over. */
  constructor(
    private readonly output: WriteStream,
    private readonly events: Events,
  ) {
    output.write(ENTER);
    output.on("resize", events.resize);
    const { input } = this;
    if (input === undefined) return;
    input.setRawMode(true);
    input.setEncoding("utf8");
    input.on("data", events.press);
    input.resume();
  }

  get width(): number {
    return this.output.columns;
  }

  get height(): number {
    return this.output.rows;
  }

  /** Shows lines from the top, and one at the bottom; what does not fit is cut. */
  draw(lines: readonly string[], bottom: string): void {
    const above = Array.from({ length: this.height - 1 }, (_, i) => lines[i] ?? "");
    const shown = [...above, bottom.slice(0, this.width)].map((line) => `${CLEAR_LINE}${line}`);
    this.output.write(`${HOME}${shown.join("\r\n")}`);
  }

  /** Gives the terminal back as it was. */
  close(): void {
    this.output.off("resize", this.events.resize);
    const { input } = this;
    if (input !== undefined) {
      input.off("data", this.events.press);
      input.setRawMode(false);
      input.pause();
      if (input !== process.stdin) input.destroy();
    }
    this.output.write(LEAVE);
  }
}

/** Where keys come from: the terminal, even if standard input is something else; undefined without one. */
function keyboard(): ReadStream | undefined {
  if (process.stdin.isTTY) return process.stdin;
  try {
    return new ReadStream(openSync("/dev/tty", "r"));
  } catch {
    return undefined;
  }
}
