/** A hash of tree nodes by parent and step (function and edge), to find nodes on the same path. */
import { NumberMap } from "../../base/columns.js";
import { type CallTree, EdgeKind } from "../tree.js";

/** There are fewer functions and go statements in a forest, and fewer distinct steps. */
const STEPS = 2 ** 22;

/** Finds nodes by their parent, function and edge. */
export class StepTable {
  private readonly nodes = new NumberMap();
  /** Numbers of steps that are not plain calls; in `named`, those of tests. */
  private readonly spawned = new NumberMap();
  private readonly named = new Map<string, number>();

  constructor(private readonly tree: Pick<CallTree, "func" | "edge" | "goStatement" | "tests">) {}

  /** The value that {@link set} stored for the step of `node` beneath `above`; 0 for none. */
  get(above: number, node: number): number {
    return this.nodes.get(this.key(above, node), 0);
  }

  set(above: number, node: number, value: number): void {
    this.nodes.set(this.key(above, node), value);
  }

  private key(above: number, node: number): number {
    const { func, edge, tests } = this.tree;
    const plain = edge[node] === EdgeKind.call && !tests.has(node);
    return 2 * (above * STEPS + (plain ? func[node] : this.special(node))) + (plain ? 0 : 1);
  }

  private special(node: number): number {
    const { func, edge, goStatement, tests } = this.tree;
    const test = tests.get(node);
    const step = (func[node] * STEPS + goStatement[node] + 1) * 4 + edge[node];
    const name = test === undefined ? "" : `${step} ${test}`;
    const known = test === undefined ? this.spawned.get(step, -1) : (this.named.get(name) ?? -1);
    if (known >= 0) return known;
    const number = this.spawned.size + this.named.size;
    if (test === undefined) this.spawned.set(step, number);
    else this.named.set(name, number);
    return number;
  }
}
