/** Keeps a bounded number of requests out of any number: the slowest ones, and a random sample of the others. */
import { grown } from "../../base/columns.js";

/** A request; times in nanoseconds, `start` since the start of the process. */
export interface SampledRequest {
  readonly start: number;
  readonly length: number;
  /** Of its root function. */
  readonly func: number;
  /** An Ending. */
  readonly how: number;
  readonly goid: number;
  /** On its goroutine; with `goid` the id of the call. */
  readonly number: number;
}

const columns = ["start", "length", "func", "how", "goid", "number"] as const;
const WIDTH = columns.length + 1;
const LENGTH = columns.indexOf("length");
/** Column of a random number; of the requests that are not among the slowest, those with the least are kept. */
const KEY = columns.length;
/** The share of the slowest among those kept. */
const SLOWEST = 0.2;

/** The sample depends on the order of the requests alone, so it is the same every time. */
export class RequestSample {
  /** Requests added. */
  added = 0;
  private kept = 0;
  private rows = new Float64Array(16 * WIDTH);

  /** @param most requests in the result; twice as many are held at most */
  constructor(private readonly most: number) {}

  add(request: SampledRequest): void {
    if (this.kept >= 2 * this.most) this.shrink(this.most);
    const at = this.kept++ * WIDTH;
    this.rows = grown(this.rows, at + WIDTH);
    for (let i = 0; i < columns.length; i++) this.rows[at + i] = request[columns[i]];
    this.rows[at + KEY] = mixed(++this.added);
  }

  /** At most `most` requests, by start. */
  requests(most = this.most): SampledRequest[] {
    this.shrink(most);
    const { rows } = this;
    const list = Array.from({ length: this.kept }, (_, row): SampledRequest => {
      const [start, length, func, how, goid, number] = rows.subarray(row * WIDTH, row * WIDTH + columns.length);
      return { start, length, func, how, goid, number };
    });
    return list.sort((a, b) => a.start - b.start || a.goid - b.goid || a.number - b.number);
  }

  private shrink(most: number): void {
    if (this.kept <= most) return;
    const { rows } = this;
    const by = (column: number) => (a: number, b: number) => rows[a * WIDTH + column] - rows[b * WIDTH + column];
    const order = Uint32Array.from({ length: this.kept }, (_, row) => row)
      .sort(by(LENGTH))
      .reverse();
    const slowest = Math.ceil(most * SLOWEST);
    const others = order.slice(slowest).sort(by(KEY));
    const next = new Float64Array(2 * most * WIDTH);
    let at = 0;
    for (const row of [...order.subarray(0, slowest), ...others.subarray(0, most - slowest)]) {
      next.set(rows.subarray(row * WIDTH, (row + 1) * WIDTH), at);
      at += WIDTH;
    }
    this.rows = next;
    this.kept = most;
  }
}

/** A number from 0 to 2^32 - 1 that looks random. Finalizer of MurmurHash3 (Appleby, public domain). */
function mixed(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
