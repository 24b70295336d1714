/** Rule SequentialNetworkWaits: one goroutine calls other services one after another. */
import { Activity, type GoroutineInfo, type Interval } from "../../analyses/index.js";
import { Histogram } from "../../base/histogram.js";
import { formatDuration, formatNumberOf } from "../../base/units.js";
import type { Frame } from "../../exectrace/index.js";
import { frameKey, Group, Groups, goroutineOf, nameOf } from "../groups.js";
import { Kind, Requests } from "../network.js";
import { lasted, others } from "../phrases.js";
import { defineRule, isBackground, severityOf } from "../rule.js";

/** Waits of one goroutine that follow each other closely. Times in ns. */
interface Sequence {
  /** Number of requests. */
  waits: number;
  /** Times until the answers came. */
  readonly answers: Histogram;
  total: number;
  /** Waits since the last request that may belong to the next one. */
  pending: number;
  begin: number;
  end: number;
  cut: boolean;
  longest: number;
  stack: number;
  /** Frames common to all waits, outermost first. */
  common: readonly Frame[];
}

class Sequences extends Group {
  /** Of the worst sequence. */
  waits = 0;
  longest = 0;
}

export const sequentialNetworkWaits = defineRule({
  name: "SequentialNetworkWaits",
  title: "Network calls one after another",
  measures:
    "How long a goroutine waited for the answers to consecutive requests: waits of at least `leastWait`, with less " +
    "time between them than they took, by the innermost function that all of them have in common. Requests are " +
    "round trips of net/http, unary calls of gRPC, and reads of a connection after the goroutine has written to it. " +
    "Goroutines that only read what others send (subscriptions, WebSockets, server-sent events, streams) make no " +
    "requests, and goroutines that serve an accepted connection answer them.",
  thresholds: {
    warn: { value: 50e6, unit: "ns", meaning: "waiting time of one sequence" },
    error: { value: 500e6, unit: "ns", meaning: "waiting time of one sequence" },
    waits: { value: 5, unit: "count", meaning: "minimum number of requests in a sequence" },
    usual: {
      value: 0.4,
      unit: "ratio",
      meaning: "number of answers times what 75% of them take at least, as a share of `warn`",
    },
    leastWait: { value: 1e6, unit: "ns", meaning: "minimum length of a wait" },
  },
  reason:
    "Five calls are most likely a loop, and people notice a delay from about 50 to 100 ms on. On a busy machine an " +
    "answer from the same machine occasionally takes tens of milliseconds, but most still come at once: `usual` " +
    "requires that most do not.",
  why:
    "Latencies of consecutive calls add up; of concurrent calls only the slowest counts. Nothing in the program is " +
    "busy, so no CPU profile shows it.",
  suggestion:
    "Make calls that do not need each other's results concurrently (errgroup), batch them, or cache; then look at " +
    "why the backend is slow",
  actions: [
    "Make independent calls concurrently with `errgroup`, with a limit.",
    "Batch: one query for all keys instead of one for each (the N+1 queries of an ORM look exactly like this).",
    "Measure the backend: if a single wait is long, concurrency will not help it.",
    "Reuse connections: a wait in `getConn` is a connection being made.",
  ],
  caveats: [
    "Calls that need each other's results cannot be concurrent.",
    "A repeated long poll looks like consecutive requests; put its finding into the baseline.",
    "For goroutines from before the trace that read a connection themselves, the trace does not show which side makes the requests; only the main goroutine's waits count.",
    "Waits of less than a millisecond are not counted.",
  ],
  start(watch, limits) {
    const requests = new Requests(watch);
    const groups = new Groups((key) => new Sequences(key));
    const open = new Map<number, Sequence>();
    const isOwn = (frame: Frame) => watch.userFrames.isOwn(frame);

    const close = (sequence: Sequence, g: GoroutineInfo) => {
      const { waits, answers } = sequence;
      if (waits < limits.waits || sequence.total < limits.warn) return;
      // Occasional late answers are due to a busy machine; a distant service always takes its time.
      if (waits * answers.quantile(0.25) < limits.warn * limits.usual) return;
      const site = sequence.common.findLast(isOwn);
      if (!site) return;
      const { total, begin, end, stack, cut } = sequence;
      const occurrence = {
        time: begin,
        duration: end - begin,
        ...goroutineOf(g),
        stack,
        userFrame: site,
        atLeast: cut,
      };
      const group = groups.add(frameKey(site), total, () => occurrence);
      if (group.worst === total) [group.waits, group.longest] = [sequence.waits, sequence.longest];
    };
    const extend = (sequence: Sequence, i: Interval, isRequest: boolean): boolean => {
      if (i.begin - sequence.end > sequence.total + sequence.pending) return false;
      const common = commonPart(sequence.common, watch.stacks.frames(i.stack));
      if (!common.some(isOwn)) return false;
      const duration = i.end - i.begin;
      if (!isRequest) {
        sequence.pending += duration;
        sequence.end = i.end;
        return true;
      }
      sequence.waits++;
      sequence.answers.record(duration);
      sequence.total += duration + sequence.pending;
      sequence.pending = 0;
      sequence.end = i.end;
      sequence.cut ||= i.cutEnd;
      sequence.common = common;
      if (duration > sequence.longest) [sequence.longest, sequence.stack] = [duration, i.stack];
      return true;
    };
    watch.onInterval(Activity.Waiting, (i, g) => {
      const duration = i.end - i.begin;
      if (isBackground(g)) return;
      const kind = requests.kindOf(g.id, i.stack, i.reason);
      if (kind === Kind.None || duration < limits.leastWait) return;
      const sequence = open.get(g.id);
      if (sequence && extend(sequence, i, kind === Kind.Answer)) return;
      if (sequence) close(sequence, g);
      const { begin, end, stack } = i;
      const common = watch.stacks.frames(stack).toReversed();
      const cut = i.cutBegin || i.cutEnd;
      const isRequest = kind === Kind.Answer;
      const [waits, total, pending] = isRequest ? [1, duration, 0] : [0, 0, duration];
      const answers = new Histogram();
      if (isRequest) answers.record(duration);
      open.set(g.id, { waits, answers, total, pending, begin, end, cut, longest: duration, stack, common });
    });
    watch.onGoroutineEnd((g) => {
      const sequence = open.get(g.id);
      if (sequence) close(sequence, g);
      open.delete(g.id);
    });
    return () => groups.drafts("ns", limits, message, (group) => severityOf(group.worst, limits));
  },
});

function message(group: Sequences): string {
  const { occurrence, waits, longest, worst } = group;
  return (
    `${nameOf(occurrence)} made ${formatNumberOf(waits, "request")} one after another and waited for the answers: ` +
    `${lasted(worst, occurrence.atLeast)} of ${formatDuration(occurrence.duration)}, ${formatDuration(longest)} the longest${others(group)}`
  );
}

/** The outermost frames that a list (outermost first) and a stack (leaf first) have in common, by function. */
function commonPart(known: readonly Frame[], stack: readonly Frame[]): readonly Frame[] {
  let n = 0;
  while (n < known.length && n < stack.length && known[n].function === stack[stack.length - 1 - n].function) n++;
  return n === known.length ? known : known.slice(0, n);
}
