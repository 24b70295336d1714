/** The data in the page, unpacked when asked for. */
import type { PageCalls } from "../data/calls.js";
import type { PageData, PageFinding, PageTrace } from "../data/page.js";

export interface ShownFrame {
  readonly function: string;
  readonly file: string;
  readonly line: number;
  /** In the repository. */
  readonly path: string | undefined;
}

export class Model {
  private constructor(private readonly data: PageData) {}

  /** Shows the calls of a goroutine; undefined where the page has no calls of the same process. */
  openGoroutine: ((goid: number) => void) | undefined;

  static read(document: Document): Model {
    return new Model(JSON.parse(document.getElementById("data")!.textContent) as PageData);
  }

  get version(): string {
    return this.data.version;
  }

  /** Call traces; undefined where no process has recorded any. */
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

  /** The function that a finding is about, or "". */
  siteFunction(finding: PageFinding): string {
    return finding.site === undefined ? (finding.goroutineFunction ?? "") : this.frame(finding.site).function;
  }
}
