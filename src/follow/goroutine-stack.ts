/** The open calls of the goroutine that runs on a slot, as columns by level. */
import { grown } from "../base/columns.js";

export class GoroutineStack {
  goid = 0;
  depth = 0;
  /** Time of its latest event, nanoseconds. */
  latest = 0;
  /** Function ids, starts of the calls, and the time of their callees within the present window (nanoseconds). */
  id = new Uint32Array(16);
  start = new Float64Array(16);
  callees = new Float64Array(16);

  push(id: number, time: number): void {
    const level = this.depth++;
    if (level === this.id.length) {
      this.id = grown(this.id, level + 1);
      this.start = grown(this.start, level + 1);
      this.callees = grown(this.callees, level + 1);
    }
    this.id[level] = id;
    this.start[level] = time;
    this.callees[level] = 0;
  }

  /** Whether a function is open below a level: then the call there is recursive. */
  hasBelow(id: number, level: number): boolean {
    for (let at = level - 1; at >= 0; at--) if (this.id[at] === id) return true;
    return false;
  }
}
