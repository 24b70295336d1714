/** Which calls `--focus` is about. The walk also visits calls of their callers that did not lead to them. */
import type { CallForest, CallTree } from "../calltree/index.js";

/** Follows one request after another. */
export class RequestFocus {
  /** By function. */
  private readonly matches: readonly boolean[];
  private isMet = false;

  /** @param focus undefined if all calls are shown */
  constructor(
    { functions }: Pick<CallForest, "functions">,
    private readonly focus: RegExp | undefined,
  ) {
    this.matches = focus === undefined ? [] : functions.map(({ name }) => focus.test(name));
  }

  /** A request begins with a call of a node. */
  begin({ func, parent }: Pick<CallTree, "func" | "parent">, node: number): void {
    this.isMet = this.focus === undefined;
    for (let at = node; at > 0 && !this.isMet; at = parent[at]) this.isMet = this.matches[func[at]];
  }

  /** A call of a function begins within the request. */
  enter(func: number): void {
    if (!this.isMet) this.isMet = this.matches[func];
  }

  /** Whether the request so far leads to a function that is asked for, or comes from one. */
  get isWithin(): boolean {
    return this.isMet;
  }
}
