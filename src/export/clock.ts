/** Writes wall clock times with nanoseconds. A float64 cannot hold these, so seconds and nanoseconds are kept apart. */
import { type TextWriter, utf8 } from "../base/text-writer.js";

/** Converts times of one process, given as whole nanoseconds since its start. */
export class WallClock {
  /** Unix time of the start: seconds, and nanoseconds beyond them. */
  private readonly second: number;
  private readonly rest: number;
  /** The second for which `date` and `unix` are cached. */
  private latest = Number.NaN;
  private date = utf8("");
  private unix = utf8("");

  /** @param startWall nanoseconds since 1970 (ProcessInfo.startWall) */
  constructor(startWall: number) {
    const wall = BigInt(startWall);
    this.second = Number(wall / 1_000_000_000n);
    this.rest = Number(wall % 1_000_000_000n);
  }

  /** Writes RFC 3339 with nine digits, in UTC: `2026-11-21T07:40:00.123456789Z`. */
  date3339(ns: number, out: TextWriter): void {
    const fraction = this.split(ns);
    out.fragment(this.date);
    out.nine(fraction);
    out.fragment(Z);
  }

  /** Writes nanoseconds since 1970 in decimal. */
  nanoseconds(ns: number, out: TextWriter): void {
    const fraction = this.split(ns);
    if (this.unix.length === 0) out.integer(fraction);
    else {
      out.fragment(this.unix);
      out.nine(fraction);
    }
  }

  /** Microseconds since 1970, rounded down; exact until the year 2255. */
  microseconds(ns: number): number {
    return this.second * 1e6 + Math.floor((this.rest + ns) / 1000);
  }

  /** Caches the texts of the time's second; returns the nanoseconds within it. */
  private split(ns: number): number {
    const all = this.rest + ns;
    const seconds = Math.floor(all / 1e9);
    if (seconds !== this.latest) {
      this.latest = seconds;
      const unix = this.second + seconds;
      this.unix = utf8(unix === 0 ? "" : String(unix));
      this.date = utf8(new Date(unix * 1000).toISOString().slice(0, -4));
    }
    return all - seconds * 1e9;
  }
}

const Z = utf8("Z");
