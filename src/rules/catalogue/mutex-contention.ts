/** MutexContention: single long waits for a lock. */
import { Activity } from "../../analyses/index.js";
import { place } from "../../base/place.js";
import { formatCount, formatDuration, formatNumberOf } from "../../base/units.js";
import { Group, Groups, goroutineOf, placeKey, Tally, wakerOf } from "../groups.js";
import { Locks } from "../locks.js";
import { worstOf } from "../phrases.js";
import { defineRule, isBackground } from "../rule.js";

/** From here on waiters are only known to be more. */
const MANY = 1000;

class Waits extends Group {
  readonly waiters = new Set<number>();
  readonly releasers = new Tally();
}

export const mutexContention = defineRule({
  name: "MutexContention",
  title: "Long wait for a lock",
  measures:
    "How long a goroutine waited for a sync.Mutex, a sync.RWMutex or the lock of a file, by the place that wanted it, " +
    "with the number of waiters, their mean wait and who released the lock most of the time. Waits of a WaitGroup, " +
    "which the runtime gives the same reason, are told apart by their stacks and left out.",
  thresholds: {
    warn: { value: 1e6, unit: "ns", meaning: "a single wait for a lock" },
    error: { value: 10e6, unit: "ns", meaning: "a single wait for a lock" },
  },
  why: "Who waits for a lock waits for the slowest thing that is ever done while it is held, times those who came before.",
  suggestion: "Do the slow part outside of the lock (look at who releases it), or shard the lock",
  actions: [
    "Look at who releases the lock, not at who waits: what it does between Lock and Unlock is the duration that all others see.",
    "Move input and output, calls of other services and large copies out of the locked section.",
    "Split one lock over a whole map into one for each of N parts; use sync.RWMutex or an atomic pointer where nearly all only read.",
  ],
  caveats: [
    "A lock that is taken by spinning, without parking, leaves nothing in the trace.",
    "Time from Unlock until the waiter runs is HighSchedulingLatency's.",
    "Waits that began before the trace have no stack before Go 1.23; they count if the stack of the releaser shows a lock.",
    "Locks of the runtime itself are not in the trace.",
  ],
  start(watch, limits) {
    const groups = new Groups((key) => new Waits(key));
    const locks = new Locks(watch.stacks);
    watch.onInterval(Activity.Waiting, (i, g) => {
      const duration = i.end - i.begin;
      if (duration < limits.warn || !locks.isLockWait(i) || isBackground(g)) return;
      const group = groups.add(placeKey(watch, i.stack, g), duration, () => ({
        time: i.begin,
        duration,
        ...goroutineOf(g),
        stack: i.stack,
        ...wakerOf(watch, i),
        atLeast: i.cutBegin || i.cutEnd,
      }));
      if (group.waiters.size < MANY) group.waiters.add(i.goroutine);
      const releaser = watch.sites.of(i.wakerStack);
      if (releaser) group.releasers.add(place(releaser), duration);
    });
    return () =>
      groups.drafts("ns", limits, (group) => {
        const { size } = group.waiters;
        const who = size < MANY ? formatNumberOf(size, "goroutine") : `${formatCount(MANY)} or more goroutines`;
        const times = group.count > 1 ? ` ${formatCount(group.count)} times` : "";
        const mean =
          group.count > 1
            ? `${formatDuration(group.total / group.count)} on average, ${worstOf(group)} at worst`
            : worstOf(group);
        const releaser = group.releasers.top();
        return `${who} waited${times} for a lock here, ${mean}${releaser ? `; released by ${releaser}` : ""}`;
      });
  },
});
