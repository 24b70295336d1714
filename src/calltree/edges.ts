/** The edges from a frame to the outermost frames of goroutines, by number. */
import { EdgeKind } from "./tree.js";

/** An edge to an outermost frame of a goroutine; number 0 is a plain call. */
export interface Edge {
  readonly kind: EdgeKind;
  /** Id of the go statement, 0 for none. */
  readonly site: number;
}

export class EdgeTable {
  readonly list: Edge[] = [{ kind: EdgeKind.call, site: 0 }];
  private readonly numbers = new Map<number, number>();

  number(kind: EdgeKind, site: number): number {
    if (kind === EdgeKind.call) return 0;
    const key = kind * 2 ** 32 + site;
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.list.push({ kind, site }) - 1;
      this.numbers.set(key, number);
    }
    return number;
  }
}
