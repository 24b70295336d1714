/** Reads the data in the page and resolves its indexes on demand. */
import type { PageCalls } from "../data/calls.js";
import type { PageData, PageFinding, PageTrace } from "../data/page.js";

export interface ShownFrame {
  readonly function: string;
  readonly file: string;
  readonly line: number;
  /** Path in the repository; undefined if it is not there. */
  readonly path: string | undefined;
}

export class Model {
  private constructor(private readonly data: PageData) {}

  /** Shows the calls of a goroutine; undefined if the page does not have the calls of the same process. */
  openGoroutine: ((goid: number) => void) | undefined;

  static read(document: Document): Model {
    return new Model(JSON.parse(document.getElementById("data")!.textContent) as PageData);
  }

  get version(): string {
    return this.data.version;
  }

  /** Call traces; undefined if there is no traced process. */
  get calls(): PageCalls | undefined {
    return this.data.calls?.processes.length === 0 ? undefined : this.data.calls;
  }

  get traces(): readonly PageTrace[] {
    return this.data.traces;
  }

  string(id: number): string {
    return this.data.strings[id];
  }

  frame(id: number): ShownFrame {
    const [name, file, line, path] = this.data.frames.slice(id * 4, id * 4 + 4) as [number, number, number, number];
    return {
      function: this.string(name),
      file: this.string(file),
      line,
      path: path < 0 ? undefined : this.string(path),
    };
  }

  /** The function that a finding is about; "" if unknown. */
  siteFunction(finding: PageFinding): string {
    return finding.site === undefined ? (finding.goroutineFunction ?? "") : this.frame(finding.site).function;
  }
}
