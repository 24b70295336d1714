/** Finds the requests of a recording of which nobody says what a request is. */
import type { CallVisitor, Recording } from "../calltree/index.js";
import { CALLBACKS_MIN, RequestCollector, type Requests } from "./requests.js";
import { TaskCollector } from "./task-requests.js";

/** Handlers; where there are none tasks, or tests, or (by guess) callbacks of other modules. One walk shows it. */
export class RequestFinder {
  private readonly collectors: readonly (RequestCollector | TaskCollector)[];
  private readonly guessing: RequestCollector;

  /** @param slowest how many of the slowest requests to list */
  constructor(recording: Recording, slowest: number) {
    const collector = (kind: "handlers" | "tests" | "callbacks") => new RequestCollector(recording, { kind }, slowest);
    this.collectors = [collector("handlers"), new TaskCollector(recording, slowest), collector("tests")];
    this.guessing = collector("callbacks");
  }

  /** All of them have to visit the calls. */
  get visitors(): readonly CallVisitor[] {
    return [...this.collectors, this.guessing];
  }

  /** The requests, after the walk; undefined if there are none. */
  requests(): Requests | undefined {
    const found = this.collectors.map((one) => one.requests()).find(({ count }) => count > 0);
    if (found !== undefined) return found;
    const guessed = this.guessing.requests();
    return guessed.count >= CALLBACKS_MIN ? guessed : undefined;
  }
}
