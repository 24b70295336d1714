/** Rule ChannelContention: long waits for a turn on a channel that is used as a lock, a semaphore or a pool. */
import { Activity, type GoroutineInfo, type Interval } from "../../analyses/index.js";
import { isStandard, packageOf } from "../../base/packages.js";
import { place } from "../../base/place.js";
import { formatDuration, formatNumberOf } from "../../base/units.js";
import type { Frame } from "../../exectrace/index.js";
import { frameKey, Group, Groups, goroutineOf, repeated, Tally, wakerOf } from "../groups.js";
import { worstOf } from "../phrases.js";
import { defineRule, isBackground } from "../rule.js";

/** The waits at one place. */
class Turns extends Group {
  readonly waiters = new Set<number>();
  readonly givers = new Tally();
  reason = "";
  /**
   * Waits ended by a goroutine of the same kind, which gave its turn on; and by others, which hand out work or results.
   */
  handed = 0;
  others = 0;
}

/** Most waiters to count. */
const MANY = 1000;
/** Share of the waits that must have been ended by a goroutine that had its turn before. */
const MAX = 0.8;
const REASONS = new Set(["chan send", "chan receive", "select"]);
/** Pools of known libraries: their waits are always for a turn, no matter what ends them. */
const POOL =
  /^(database\/sql\.\(\*DB\)\.conn|golang\.org\/x\/sync\/semaphore\.\(\*Weighted\)\.Acquire|github\.com\/jackc\/puddle\/v\d\.\(\*Pool\[.*\]\)\.(Acquire|acquire)|github\.com\/(redis\/go-redis|go-redis\/redis)\/v\d+\/internal\/pool\.\(\*ConnPool\)\.waitTurn)$/;

export const channelContention = defineRule({
  name: "ChannelContention",
  title: "Long wait for a turn on a channel",
  measures:
    "How long goroutines waited to send or receive on a channel that works as a lock, a semaphore or a pool. Such a " +
    "wait is ended by a goroutine of the same kind, which had its turn before. The pools of database/sql, pgx, " +
    "go-redis and x/sync/semaphore are known by name. A goroutine that waits for work or for a result is woken by " +
    "whatever produces it, and does not count.",
  thresholds: {
    warn: { value: 10e6, unit: "ns", meaning: "mean of the long waits at one place" },
    error: { value: 100e6, unit: "ns", meaning: "mean of the long waits at one place" },
    times: { value: 5, unit: "count", meaning: "minimum number of waits of at least `warn`" },
    share: { value: 0.1, unit: "ratio", meaning: "time with such a wait, as a share of the trace" },
    waiters: { value: 3, unit: "goroutines", meaning: "minimum number of distinct goroutines that waited" },
  },
  reason:
    "A program that limits concurrency expects some waiting, so the threshold is ten milliseconds, which callers " +
    "notice, and not the one of MutexContention.",
  why:
    "A channel with room for N is a lock for N holders. The runtime does not treat it as one, so no mutex profile " +
    "shows it, but its waits are just as long.",
  suggestion:
    "Do less while holding the turn, or allow more at once: a larger pool (SetMaxOpenConns), a larger semaphore, or " +
    "work that needs neither",
  actions: [
    "Look at what happens between taking the turn and giving it back: slow calls there are what all others wait for.",
    "Enlarge the pool or the semaphore if what it protects can take more; for database/sql see `DB.Stats().WaitDuration`.",
    "Give results back early: rows and bodies that are not closed hold their connection.",
    "Reject or delay new work on arrival instead of queueing it inside.",
  ],
  caveats: [
    "Turns that were free at once leave nothing in the trace.",
    "Workers that pass work to each other over one channel look like this if each passes on one piece for each that it received.",
    "A bounded fan-out (a goroutine for each piece, and a semaphore) waits by design; raise the threshold there.",
  ],
  start(watch, limits) {
    const groups = new Groups((key) => new Turns(key));
    /** By stack: the frame to report, and whether it is a known pool; null: ignore this stack. */
    const known = new Map<number, { readonly key: string; readonly site: Frame; readonly pool: boolean } | null>();
    /** By goroutine: number of turns it gave on since it got one. */
    const gave = new Map<number, number>();
    watch.onGoroutineEnd((g) => gave.delete(g.id));

    const lookAt = (stack: number) => {
      const frames = watch.stacks.frames(stack);
      const library = frames.findLastIndex((frame) => POOL.test(frame.function));
      const pool = library >= 0;
      const site = frames.slice(library + 1).find((frame) => watch.userFrames.isOwn(frame));
      const waits = frames.find((frame) => packageOf(frame.function) !== "runtime");
      return site && waits && (pool || !isStandard(waits)) ? { key: frameKey(site), site, pool } : null;
    };
    const isHandedOn = (i: Interval, g: GoroutineInfo): boolean => {
      const giver = watch.goroutine(i.waker);
      if (!giver || giver.startFunction !== g.startFunction || giver.startFunction === "") return false;
      // A wait between a goroutine and its creator is for a result.
      if (giver.creator === g.id || g.creator === giver.id) return false;
      const count = (gave.get(giver.id) ?? 0) + 1;
      gave.set(giver.id, count);
      return count === 1;
    };
    watch.onInterval(Activity.Waiting, (i, g) => {
      if (!REASONS.has(i.reason) || i.stack === 0 || i.cutEnd || isBackground(g)) return;
      let at = known.get(i.stack);
      if (at === undefined) {
        at = lookAt(i.stack);
        known.set(i.stack, at);
      }
      if (!at) return;
      const group = groups.get(`${at.key} ${i.reason}`);
      if (at.pool || isHandedOn(i, g)) group.handed++;
      else group.others++;
      gave.set(g.id, 0);
      const duration = i.end - i.begin;
      if (duration < limits.warn) return;
      groups.add(group.key, duration, () => ({
        time: i.begin,
        duration,
        ...goroutineOf(g),
        stack: i.stack,
        userFrame: at.site,
        ...wakerOf(watch, i),
        atLeast: i.cutBegin,
      }));
      group.cover(i.begin, i.end);
      group.reason = i.reason;
      if (group.waiters.size < MANY) group.waiters.add(g.id);
      const giver = watch.userFrames.of(i.wakerStack);
      if (giver) group.givers.add(place(giver), duration);
    });
    const message = (group: Turns) => {
      const giver = group.givers.top();
      return (
        `${formatNumberOf(group.waiters.size, "goroutine")} waited ${formatNumberOf(group.count, "time")} for a turn on a channel that ` +
        `works as a lock or a pool (${group.reason}), ${formatDuration(group.total / group.count)} on average, ${worstOf(group)} at worst` +
        `${giver ? `; turns are given back at ${giver}` : ""}`
      );
    };
    return () =>
      groups.drafts("ns", limits, message, (group) => {
        if (group.waiters.size < limits.waiters) return undefined;
        if (group.handed < MAX * (group.handed + group.others)) return undefined;
        return repeated(group, limits, watch.now);
      });
  },
});
