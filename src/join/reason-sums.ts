/** Sums of waiting times by call and reason. */
import { Words } from "../base/word-numbers.js";
import { type CallTree, EdgeKind, type WaitReason } from "../calltree/index.js";

export class ReasonSums {
  private readonly words = new Words();
  private readonly kinds: { readonly state: number; readonly reason: string }[] = [];
  /** By kind: the self times by node. */
  private readonly self: Map<number, number>[] = [];

  add(node: number, state: number, reason: string, time: number): void {
    const kind = this.words.numberOf(`${state} ${reason}`);
    if (kind === this.kinds.length) {
      this.kinds.push({ state, reason });
      this.self.push(new Map());
    }
    const times = this.self[kind];
    times.set(node, (times.get(node) ?? 0) + time);
  }

  /** The sums, with those of callees; what a call started is not part of its time. */
  list({ parent, edge }: Pick<CallTree, "parent" | "edge">): WaitReason[] {
    return this.kinds.flatMap((kind, index) => {
      const self = this.self[index];
      const totals = new Map<number, number>();
      for (const [node, time] of self) {
        for (let at = node; at > 0; at = edge[at] === EdgeKind.call ? parent[at] : 0) {
          totals.set(at, (totals.get(at) ?? 0) + time);
        }
      }
      return [...totals].map(([node, total]) => ({ node, ...kind, self: self.get(node) ?? 0, total }));
    });
  }
}
