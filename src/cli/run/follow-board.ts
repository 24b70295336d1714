/** What the thread that follows a run tells the other at any time, in shared memory. */
import { basename } from "node:path";

/** The most processes to follow, which bounds the memory. */
export const FOLLOWED_MOST = 8;

/** By followed process: its id, the number of its trace, and MiB of that which are read. */
const FIELDS = 3;
const HEAD = 2;

export class FollowBoard {
  private readonly numbers: Int32Array;

  constructor(readonly buffer = new SharedArrayBuffer(4 * (HEAD + FIELDS * FOLLOWED_MOST))) {
    this.numbers = new Int32Array(buffer);
  }

  /** Whether the thread has looked for processes. */
  get isReady(): boolean {
    return Atomics.load(this.numbers, 1) !== 0;
  }

  set isReady(is: boolean) {
    Atomics.store(this.numbers, 1, is ? 1 : 0);
  }

  /** Whether so much is not yet read that reading all anew is as quick. */
  get isBehind(): boolean {
    return Atomics.load(this.numbers, 0) !== 0;
  }

  set isBehind(is: boolean) {
    Atomics.store(this.numbers, 0, is ? 1 : 0);
  }

  /**
   * @param at number of the followed process
   * @param read bytes of its trace that are read; undefined if it is not followed any more
   */
  tell(at: number, path: string, read: number | undefined): void {
    const [pid, number] = nameOf(path);
    const place = HEAD + at * FIELDS;
    Atomics.store(this.numbers, place + 1, number);
    Atomics.store(this.numbers, place + 2, Math.floor((read ?? 0) / 2 ** 20));
    Atomics.store(this.numbers, place, read === undefined ? 0 : pid);
  }

  /** Bytes of a trace that are read; undefined if it is not followed. */
  readOf(path: string): number | undefined {
    const [pid, number] = nameOf(path);
    for (let place = HEAD; place < this.numbers.length; place += FIELDS) {
      if (Atomics.load(this.numbers, place) !== pid || Atomics.load(this.numbers, place + 1) !== number) continue;
      return Atomics.load(this.numbers, place + 2) * 2 ** 20;
    }
    return undefined;
  }
}

/** The numbers in `<pid>-<n>.gotrace`. */
function nameOf(path: string): readonly [pid: number, number: number] {
  const [, pid, number] = /^(\d+)-(\d+)\.gotrace$/.exec(basename(path)) ?? [];
  return [Number(pid), Number(number)];
}
