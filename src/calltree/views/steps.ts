/** The step from a node to one beneath it as a number: with that of the node above it names a path. */
import { NumberMap } from "../../base/columns.js";
import { type CallTree, EdgeKind } from "../tree.js";

/** Functions of a forest and sites are fewer, and so are different steps. */
const STEPS = 2 ** 22;

/** Finds nodes by the node above them, their function, and how they hang under it. */
export class StepTable {
  private readonly nodes = new NumberMap();
  /** Steps that are no plain calls; those of tests by text. */
  private readonly spawned = new NumberMap();
  private readonly named = new Map<string, number>();

  constructor(private readonly tree: Pick<CallTree, "func" | "edge" | "goStatement" | "tests">) {}

  /** What {@link set} gave the step of `node` beneath `above`; 0 for nothing. */
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
