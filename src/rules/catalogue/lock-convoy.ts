/** Rule LockConvoy: places where several goroutines queue for a lock much of the time. */

import { Activity, type GoroutineInfo, Locks } from "../../analyses/index.js";
import { formatCount, formatDuration, formatPercent } from "../../base/units.js";
import { GoState, type TraceEvent } from "../../exectrace/index.js";
import { Group, Groups, placeKey } from "../groups.js";
import { Blame, Holders } from "../holders.js";
import { type Draft, defineRule, isBackground, severityOf } from "../rule.js";

/** The queue at one place. `length` and `peak` are numbers of goroutines; `since`: when the current queue formed. */
class Queue extends Group {
  length = 0;
  peak = 0;
  since = 0;
  readonly blame = new Blame();
}

export const lockConvoy = defineRule({
  name: "LockConvoy",
  title: "Goroutines queue for one lock",
  measures:
    "The share of the trace in which at least `waiters` goroutines waited for a lock at the same place at the same " +
    "time: one runs, the others queue.",
  thresholds: {
    warn: { value: 0.1, unit: "ratio", meaning: "time with a queue, as a share of the trace" },
    error: { value: 0.5, unit: "ratio", meaning: "time with a queue, as a share of the trace" },
    waiters: { value: 3, unit: "goroutines", meaning: "waiting goroutines that count as a queue" },
    least: { value: 10e6, unit: "ns", meaning: "minimum total time with a queue" },
  },
  reason:
    "A queue of three during a tenth of the trace is not chance: a lock holder that the system does not run for 10 " +
    "ms makes a queue, but not that often.",
  why:
    "During a queue, the program runs one goroutine at a time, whatever GOMAXPROCS is. Each wait may be short, " +
    "below the threshold of MutexContention, and the program is serial all the same.",
  suggestion:
    "Shorten what is done under the lock, or shard it: a lock for each part of the data, or one goroutine that owns " +
    "the data",
  actions: [
    "Shorten the locked section of the goroutine that holds the lock.",
    "Shard: an array of locks chosen by a hash of the key; sync.Map or an atomic pointer for data that is mostly read.",
    "If the lock protects a counter or a buffer, give each worker its own copy and merge at the end.",
  ],
  caveats: [
    "The rule distinguishes places, not locks: two locks that one function takes at one place count together, and a queue for one lock that many functions take is split among them.",
    "Goroutines that queue for a lock to wait for work (a pool behind a Mutex) do no harm.",
  ],
  start(watch, limits) {
    const groups = new Groups((key) => new Queue(key));
    const locks = new Locks(watch.stacks);
    const holders = new Holders(watch, locks);
    const places = new Map<number, Queue>();
    /** By slot: where its goroutine queues. */
    const queueOf: (Queue | undefined)[] = [];
    const settle = (queue: Queue, time: number) => {
      if (queue.length !== limits.waiters) return;
      const duration = time - queue.since;
      groups.add(queue.key, duration, () => ({ ...queue.occurrence, time: queue.since, duration }));
    };
    const enter = (e: TraceEvent, g: GoroutineInfo) => {
      const stack = e.transitionStack;
      if ((e.reason !== "sync" && e.from !== GoState.Undetermined) || !locks.isWait(stack)) return;
      if (isBackground(g)) return;
      let queue = places.get(stack);
      if (!queue) {
        queue = groups.get(placeKey(watch, stack));
        places.set(stack, queue);
      }
      queueOf[g.slot] = queue;
      queue.peak = Math.max(queue.peak, ++queue.length);
      if (queue.length === limits.waiters) {
        queue.since = e.from === GoState.Undetermined ? 0 : e.time;
        if (queue.count === 0) queue.occurrence = { time: e.time, duration: 0, stack };
      }
    };
    const leave = (e: TraceEvent, g: GoroutineInfo) => {
      const queue = queueOf[g.slot];
      if (!queue) return;
      queueOf[g.slot] = undefined;
      settle(queue, e.time);
      queue.length--;
    };
    watch.onInterval(Activity.Waiting, (i, g) => {
      if (locks.isLockWait(i)) holders.take(i, g, queueOf[g.slot]?.blame);
    });
    watch.onTransition((e, g) => {
      if (e.to === GoState.Waiting) enter(e, g);
      else if (e.from === GoState.Waiting) leave(e, g);
    });
    return () => {
      const drafts: Draft[] = [];
      for (const queue of groups.values()) {
        if (queue.length >= limits.waiters) {
          queue.length = limits.waiters;
          settle(queue, watch.now);
        }
        const share = queue.total / Math.max(watch.now, 1);
        const severity = queue.total >= limits.least ? severityOf(share, limits) : undefined;
        if (!severity) continue;
        const held = queue.blame.text();
        const message =
          `${formatCount(limits.waiters)} or more goroutines (${formatCount(queue.peak)} at most) queued for a lock here ` +
          `during ${formatPercent(queue.total, watch.now)} of the trace, ${formatDuration(queue.worst)} at a stretch` +
          `${held && `; ${held}`}`;
        const { key, count, occurrence } = queue;
        const numbers = { count, worst: share, total: share, unit: "ratio" } as const;
        drafts.push({ key, severity, excess: share / limits.warn, message, ...numbers, occurrence });
      }
      return drafts;
    };
  },
});
