/** Rule MutexContention: single long waits for a lock. */
import { Activity, Locks } from "../../analyses/index.js";
import { formatCount, formatDuration, formatNumberOf } from "../../base/units.js";
import { Group, Groups, goroutineOf, placeKey, repeated, wakerOf } from "../groups.js";
import { Blame, Holders } from "../holders.js";
import { worstOf } from "../phrases.js";
import { defineRule, isBackground } from "../rule.js";

/** Most waiters to count. */
const MANY = 1000;

class Waits extends Group {
  readonly waiters = new Set<number>();
  readonly blame = new Blame();
}

export const mutexContention = defineRule({
  name: "MutexContention",
  title: "Long wait for a lock",
  measures:
    "How long goroutines waited for a sync.Mutex, a sync.RWMutex or the lock of a file, by the place that wanted " +
    "it; with the number of waiters, their mean wait, which goroutine held the lock meanwhile, and for how long. " +
    "Where waiters pass the lock on to each other, the holder is the one that all of them waited for. Waits for a " +
    "WaitGroup, for which the runtime gives the same reason, are recognized by their stacks and left out.",
  thresholds: {
    warn: { value: 1e6, unit: "ns", meaning: "mean of the long waits for a lock at one place" },
    error: { value: 10e6, unit: "ns", meaning: "mean of the long waits for a lock at one place" },
    times: { value: 3, unit: "count", meaning: "minimum number of waits of at least `warn`" },
    single: { value: 50e6, unit: "ns", meaning: "a single wait of this length counts even if there are few" },
    share: { value: 0.1, unit: "ratio", meaning: "time with such a wait, as a share of the trace" },
  },
  reason:
    "On a busy machine, a goroutine that holds a lock may lose its processor for about 10 ms, and all that want the " +
    "lock wait meanwhile: a burst of long waits that takes one percent of the trace. A lock that really is in the " +
    "way takes a much larger share.",
  why:
    "A goroutine that waits for a lock waits for the slowest thing ever done under that lock, multiplied by the " +
    "number of goroutines ahead of it.",
  suggestion: "Move the slow part out of the lock (look at which goroutine holds it), or shard the lock",
  actions: [
    "Look at the goroutine that holds the lock, not at those that wait: all others wait for what it does between Lock and Unlock.",
    "Move I/O, calls to other services and large copies out of the locked section.",
    "Split one lock over a whole map into one for each of N parts; use sync.RWMutex or an atomic pointer for data that is mostly read.",
  ],
  caveats: [
    "A lock acquired by spinning, without parking the goroutine, leaves nothing in the trace.",
    "The time from Unlock until the waiter runs belongs to HighSchedulingLatency.",
    "A trace does not distinguish locks: a goroutine that waited for one lock and then releases another that the same function asked for is taken for the holder of both; of several locks that one function asks for, holds can seem shorter than they were.",
    "Waits that began before the trace have no stack before Go 1.23; they count if the stack of the releaser shows a lock.",
    "Locks of the runtime itself are not in the trace.",
  ],
  start(watch, limits) {
    const groups = new Groups((key) => new Waits(key));
    const locks = new Locks(watch.stacks);
    const holders = new Holders(watch, locks);
    watch.onInterval(Activity.Waiting, (i, g) => {
      if (!locks.isLockWait(i)) return;
      const duration = i.end - i.begin;
      if (duration < limits.warn || isBackground(g)) {
        holders.take(i, g, undefined);
        return;
      }
      const group = groups.add(placeKey(watch, i.stack, g), duration, () => ({
        time: i.begin,
        duration,
        ...goroutineOf(g),
        stack: i.stack,
        ...wakerOf(watch, i),
        atLeast: i.cutBegin || i.cutEnd,
      }));
      if (group.waiters.size < MANY) group.waiters.add(i.goroutine);
      group.cover(i.begin, i.end);
      holders.take(i, g, group.blame);
    });
    const message = (group: Waits) => {
      const { size } = group.waiters;
      const who = size < MANY ? formatNumberOf(size, "goroutine") : `${formatCount(MANY)} or more goroutines`;
      const times = group.count > 1 ? ` ${formatCount(group.count)} times` : "";
      const mean =
        group.count > 1
          ? `${formatDuration(group.total / group.count)} on average, ${worstOf(group)} at worst`
          : worstOf(group);
      const held = group.blame.text();
      return `${who} waited${times} for a lock here, ${mean}${held && `; ${held}`}`;
    };
    return () => groups.drafts("ns", limits, message, (group) => repeated(group, limits, watch.now));
  },
});
