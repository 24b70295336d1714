/** The durations of the single calls of a small trace, each with its function. */
import { grown } from "../../base/columns.js";

/** Memory: 12 bytes a call. */
export class CallDurations implements Iterable<readonly [func: number, duration: number]> {
  private func = new Uint32Array(256);
  private time = new Float64Array(256);
  private count = 0;

  /** @param func its id in the trace */
  add(func: number, duration: number): void {
    const at = this.count++;
    this.func = grown(this.func, this.count);
    this.time = grown(this.time, this.count);
    this.func[at] = func;
    this.time[at] = duration;
  }

  *[Symbol.iterator](): Generator<readonly [func: number, duration: number]> {
    for (let at = 0; at < this.count; at++) yield [this.func[at], this.time[at]];
  }
}
