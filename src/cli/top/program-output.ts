/** What a program prints while top has the terminal: a file, of which the last lines are shown. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { printable } from "../../base/printable.js";
import { createFile } from "../output.js";

/** The last lines are looked for in this many bytes. */
const TAIL = 16 << 10;
/** The most lines that are printed when the program has ended. */
const PRINTED = 20;

export class ProgramOutput {
  private readonly descriptor: number;
  private readonly reader: number;

  /** Creates or empties the file. @param flag what named it @throws UserError when that fails */
  constructor(
    readonly path: string,
    flag: string,
  ) {
    this.descriptor = createFile(path, flag);
    this.reader = openSync(path, "r");
  }

  /** The descriptor for the program's standard streams. */
  get stream(): number {
    return this.descriptor;
  }

  /** At most `most` lines in all: a title, and the last lines of the output below it; none while there is no output. */
  pane(most: number, width: number): string[] {
    const { lines } = this.last(Math.max(1, most - 1));
    if (lines.length === 0) return [];
    const title = "output of the program: ";
    const room = width - title.length;
    const path = this.path.length > room ? `…${this.path.slice(1 - room)}` : this.path;
    return [`${title}${path}`, ...lines].map((line) => printable(line).slice(0, width));
  }

  /**
   * The file can then no longer be written.
   * @returns the last lines, and whether these are all
   */
  close(): { readonly lines: readonly string[]; readonly isAll: boolean } {
    const last = this.last(PRINTED);
    closeSync(this.descriptor);
    closeSync(this.reader);
    return { ...last, lines: last.lines.map(printable) };
  }

  private last(count: number): { readonly lines: readonly string[]; readonly isAll: boolean } {
    const { size } = fstatSync(this.reader);
    const bytes = Buffer.alloc(Math.min(size, TAIL));
    const got = readSync(this.reader, bytes, 0, bytes.length, size - bytes.length);
    const text = stripVTControlCharacters(bytes.toString("utf8", 0, got)).trimEnd();
    const all = text === "" ? [] : text.split(/\r?\n/);
    // The first line may be a part of one.
    const whole = size > bytes.length && all.length > 1 ? all.slice(1) : all;
    return { lines: whole.slice(-count), isAll: whole.length <= count && size === bytes.length };
  }
}
