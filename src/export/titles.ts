/** Names of processes and goroutines in exported files. */
import { type CallForest, type Goroutine, type ProcessTree, processTitle } from "../calltree/index.js";

/** Names for the processes, goroutines and functions of a forest. */
export class Names {
  private readonly titles: readonly string[];

  /** @param title returns the title of a process; by default its program */
  constructor(
    private readonly forest: CallForest,
    title: (process: ProcessTree) => string = processTitle,
  ) {
    this.titles = forest.processes.map(title);
  }

  /** `server`. */
  title(process: number): string {
    return this.titles[process] || "program";
  }

  /** `server (pid 123)`. */
  process(process: number): string {
    return `${this.title(process)} (pid ${this.forest.processes[process].info.pid})`;
  }

  /** `main.worker goroutine 17`, after its first function. */
  goroutine({ process, goid }: Pick<Goroutine, "process" | "goid">, node: number): string {
    return `${this.functionOf(process, node)} goroutine ${goid}`;
  }

  /** The name of a node's function. */
  functionOf(process: number, node: number): string {
    const { functions, processes } = this.forest;
    return functions[processes[process].tree.func[node]]?.name ?? "?";
  }
}
