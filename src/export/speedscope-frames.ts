/** What the profiles of one Speedscope file share. */
import { jsonText } from "../base/printable.js";
import { utf8 } from "../base/text-writer.js";
import type { CallForest } from "../calltree/index.js";
import type { Names } from "./titles.js";

interface Frame {
  readonly name: string;
  readonly file?: string;
  readonly line?: number;
}

/** The table of frames: functions that were called, and the processes where there are several. */
export class Frames {
  readonly list: Frame[] = [];
  /** Of functions of the forest; -1 for those that were not called. */
  readonly ofFunction: Int32Array;
  /** Of processes; none where there is but one. */
  readonly ofProcess: readonly number[];
  /** Texts of events up to the time, by frame. */
  readonly opens: Uint8Array[] = [];
  readonly closes: Uint8Array[] = [];

  constructor(forest: CallForest, names: Names) {
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
  }

  private add(frame: Frame): number {
    const number = this.list.push(frame) - 1;
    this.opens.push(utf8(`{"type":"O","frame":${number},"at":`));
    this.closes.push(utf8(`{"type":"C","frame":${number},"at":`));
    return number;
  }
}

/** Between two things of a list, and behind the time of an event. */
export const COMMA = utf8(",\n");
export const BRACE = utf8("}");

/** An evented profile up to its events. Times in nanoseconds. */
export function profileHead(name: string, start: number, end: number): string {
  const range = `"startValue":${Math.round(start)},"endValue":${Math.round(end)}`;
  return `{"type":"evented","name":${jsonText(name)},"unit":"nanoseconds",${range},"events":[`;
}
