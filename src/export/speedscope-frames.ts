/** The frame table and text pieces shared by the profiles of a Speedscope file. */
import { jsonText } from "../base/printable.js";
import { utf8 } from "../base/text-writer.js";
import { type CallForest, STATES } from "../calltree/index.js";
import { leafName } from "./self-times.js";
import type { Names } from "./titles.js";

interface Frame {
  readonly name: string;
  readonly file?: string;
  readonly line?: number;
}

/** The frame table: the called functions, the processes if there are several, and the states that occur. */
export class Frames {
  readonly list: Frame[] = [];
  /** By function of the forest: its frame; -1 if it was not called. */
  readonly ofFunction: Int32Array;
  /** By process: its frame; empty if there is only one process. */
  readonly ofProcess: readonly number[];
  /** By state, as index into STATES: its frame; -1 if it has none. */
  readonly ofState = new Int32Array(STATES.length).fill(-1);
  /** By frame: the text of its events up to the time. */
  readonly opens: Uint8Array[] = [];
  readonly closes: Uint8Array[] = [];

  /** @param leaves the states that have frames */
  constructor(forest: CallForest, names: Names, leaves: readonly number[]) {
    this.ofFunction = new Int32Array(forest.functions.length).fill(-1);
    for (const { tree } of forest.processes) {
      for (let node = 1; node < tree.size; node++) {
        const func = tree.func[node];
        if (this.ofFunction[func] >= 0) continue;
        const { name, file, line } = forest.functions[func];
        this.ofFunction[func] = this.add({ name, ...(file === "" ? {} : { file, line }) });
      }
    }
    const { processes } = forest;
    this.ofProcess = processes.length > 1 ? processes.map((_, index) => this.add({ name: names.process(index) })) : [];
    for (const state of leaves) this.ofState[state] = this.add({ name: leafName(state) });
  }

  private add(frame: Frame): number {
    const number = this.list.push(frame) - 1;
    this.opens.push(utf8(`{"type":"O","frame":${number},"at":`));
    this.closes.push(utf8(`{"type":"C","frame":${number},"at":`));
    return number;
  }
}

/** COMMA separates list items; BRACE follows the time of an event. */
export const COMMA = utf8(",\n");
export const BRACE = utf8("}");

/** The text of an evented profile up to its events. Times in nanoseconds. */
export function profileHead(name: string, start: number, end: number): string {
  const range = `"startValue":${Math.round(start)},"endValue":${Math.round(end)}`;
  return `{"type":"evented","name":${jsonText(name)},"unit":"nanoseconds",${range},"events":[`;
}
