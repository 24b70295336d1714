/** Numbers the distinct kinds of edges from a frame to a goroutine's outermost frames. */

import { EdgeKind } from "../tree.js";
import { OTHER_IDS } from "./nodes.js";

/** The number of a plain call. */
export const CALL_EDGE = 0;

/** An edge to an outermost frame of a goroutine, or the plain call. */
export interface Edge {
  readonly kind: EdgeKind;
  /** Id of the go statement, 0 for none. */
  readonly goStatement: number;
  /** The test that package testing runs on the goroutine, as its `Name()` gives it: `TestGet/first`; "" for none. */
  readonly test: string;
}

/** An order of edges. */
export function compareEdges(a: Edge, b: Edge): number {
  const byKind = a.kind - b.kind || a.goStatement - b.goStatement;
  if (byKind !== 0 || a.test === b.test) return byKind;
  return a.test < b.test ? -1 : 1;
}

export class EdgeTable {
  readonly list: Edge[] = [{ kind: EdgeKind.call, goStatement: 0, test: "" }];
  private readonly numbers = new Map<number | string, number>();

  number(kind: EdgeKind, id: number, test = ""): number {
    if (kind === EdgeKind.call && test === "") return CALL_EDGE;
    const goStatement = Math.min(id, OTHER_IDS);
    const key = test === "" ? kind * 2 ** 32 + goStatement : `${kind} ${goStatement} ${test}`;
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.list.push({ kind, goStatement, test }) - 1;
      this.numbers.set(key, number);
    }
    return number;
  }
}
