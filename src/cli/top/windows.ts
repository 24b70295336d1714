/** Windows of time over followed processes, one after another, or one that grows since a reset. */
import { type Follower, matchingSnapshot, type Snapshot, takeSnapshot } from "../../follow/index.js";
import type { FollowedProcesses } from "./followed.js";

export class Windows {
  /** When the numbers of the present window begin, and when it was last read; of the monotonic clock. */
  private begun = 0n;
  private polled = 0n;
  private isGrowing = false;
  /** Processes that have ended in the growing window: their numbers stay in it. */
  private readonly ended: Follower[] = [];

  /**
   * @param interval nanoseconds between two snapshots
   * @param matches chooses functions by their names
   */
  constructor(
    private readonly followed: FollowedProcesses,
    private readonly interval: number,
    private readonly matches: (name: string) => boolean,
  ) {}

  /** The first window begins now, for processes that start now. */
  start(): void {
    this.begun = this.polled = process.hrtime.bigint();
  }

  /** Reads what was written before; the first window begins now. @returns the number of processes */
  begin(): number {
    return this.next().processes.length;
  }

  get isRunning(): boolean {
    return this.followed.isRunning;
  }

  /** The traces of the processes that run. */
  get paths(): readonly string[] {
    return this.followed.paths;
  }

  /** Milliseconds until the next snapshot is due. */
  get left(): number {
    return Math.max(0, (this.interval - Number(process.hrtime.bigint() - this.polled)) / 1e6);
  }

  /** Reads what is new. */
  next(): Snapshot {
    // The time before reading, up to which open calls are counted: reading may take longer once than at another time.
    const now = process.hrtime.bigint();
    const followers = this.followed.poll(now);
    const length = Number(now - this.begun);
    this.polled = now;
    if (!this.isGrowing) this.begun = now;
    const snapshot = takeSnapshot(followers, Date.now(), length, this.isGrowing ? this.ended : undefined);
    if (this.isGrowing) this.ended.push(...followers.filter(({ info }) => info.now === undefined));
    return matchingSnapshot(snapshot, this.matches);
  }

  /** From now on, one window grows; it begins now. */
  reset(): void {
    this.release();
    this.isGrowing = true;
  }

  /** From now on, there is one window after another again. */
  release(): void {
    this.isGrowing = false;
    this.ended.length = 0;
    this.next();
  }
}
