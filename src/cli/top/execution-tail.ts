/** Reads the execution trace that a process writes beside its call trace, for what its goroutines wait for. */
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { messageOf } from "../../base/errors.js";
import type { Follower, Wait } from "../../follow/index.js";
import type { LiveStays } from "../../join/live-stays.js";
import { executionBeside } from "../trace-files.js";

/** The most bytes that one poll reads, so that the screen does not stand still. */
const MOST = 32 << 20;
const PIECE = 64 << 10;

export class ExecutionTail {
  private descriptor: number | undefined;
  private offset = 0;
  private loading: Promise<void> | undefined;
  private stays: LiveStays | undefined;
  private waits: Wait[] = [];
  /** What has become known and is not charged yet; times count from the first event. */
  private readonly known: { readonly waits: readonly Wait[]; readonly until: number }[] = [];
  private failed = false;

  /** @param path the call trace */
  constructor(
    private readonly path: string,
    private readonly follower: Follower,
  ) {}

  /** Reads what is new. Call it before the follower reads the calls, which then reach further. */
  read(): void {
    if (this.failed || !this.open()) return;
    this.loading ??= this.load();
    // Not loaded yet: the next poll reads more.
    if (this.stays === undefined) return;
    try {
      this.readOn(this.stays);
    } catch (error) {
      this.failed = true;
      this.follower.problem ??= `its execution trace cannot be read: ${messageOf(error)}`;
    }
  }

  /** Charges what is known to calls, after the follower has read them. */
  charge(): void {
    // Times of calls count from the start of the process.
    const later = Number((this.stays?.start ?? 0n) - BigInt(this.follower.info.startNano));
    for (const { waits, until } of this.known.splice(0)) {
      const shifted = waits.map((wait) => ({ ...wait, from: wait.from + later, to: wait.to + later }));
      this.follower.chargeWaits(shifted, until + later);
    }
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
    this.failed = true;
  }

  private open(): boolean {
    if (this.descriptor !== undefined) return true;
    const path = executionBeside(this.path);
    if (path === undefined || !existsSync(path)) return false;
    this.descriptor = openSync(path, "r");
    this.follower.expectWaits();
    return true;
  }

  /** Loads the reader of execution traces, which most processes do not need. */
  private async load(): Promise<void> {
    const { LiveStays } = await import("../../join/live-stays.js");
    this.stays = new LiveStays((stay) => this.waits.push(stay));
  }

  private readOn(stays: LiveStays): void {
    for (let read = 0; read < MOST; ) {
      const piece = new Uint8Array(PIECE);
      const got = readSync(this.descriptor!, piece, 0, PIECE, this.offset);
      if (got === 0) break;
      this.offset += got;
      read += got;
      const { until } = stays;
      stays.push(piece.subarray(0, got));
      if (stays.until === until) continue;
      this.known.push({ waits: this.waits, until: stays.until });
      this.waits = [];
    }
  }
}
