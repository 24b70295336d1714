/** The alternate screen of a terminal, and its keys. */
import type { ReadStream, WriteStream } from "node:tty";

const ENTER = "\x1b[?1049h\x1b[?25l";
const LEAVE = "\x1b[?25h\x1b[?1049l";
const HOME = "\x1b[H";
const CLEAR_LINE = "\x1b[K";

export class Terminal {
  private readonly onKey: (text: string) => void;

  /** Takes the terminal over. @param key called with each key, or all text that is pasted at once */
  constructor(
    private readonly output: WriteStream,
    private readonly input: ReadStream,
    key: (text: string) => void,
  ) {
    this.onKey = (text) => key(text);
    output.write(ENTER);
    if (!input.isTTY) return;
    input.setRawMode(true);
    input.setEncoding("utf8");
    input.on("data", this.onKey);
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
    const shown = [...above, bottom.slice(0, this.width)].map((line) => `${line}${CLEAR_LINE}`);
    this.output.write(`${HOME}${shown.join("\r\n")}`);
  }

  /** Gives the terminal back as it was. */
  close(): void {
    if (this.input.isTTY) {
      this.input.off("data", this.onKey);
      this.input.setRawMode(false);
      this.input.pause();
    }
    this.output.write(LEAVE);
  }
}
