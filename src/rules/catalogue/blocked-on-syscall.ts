/** Rule BlockedOnSyscall: long system calls, and long calls of C. */
import { Activity } from "../../analyses/index.js";
import { isCgoStub } from "../../base/packages.js";
import type { Frame } from "../../exectrace/index.js";
import { Group, Groups, goroutineOf, nameOf, placeKey, repeated } from "../groups.js";
import { others, worstOf } from "../phrases.js";
import { defineRule, isBackground } from "../rule.js";

type Kind = "syscall" | "child" | "cgo";

class Calls extends Group {
  kind: Kind = "syscall";
}

export const blockedOnSyscall = defineRule({
  name: "BlockedOnSyscall",
  title: "Long system call",
  measures:
    "How long a goroutine was in a system call, or in C through cgo, from entry to exit. Waiting for signals " +
    "(`os/signal`) is left out; waiting for a child process is an info at most.",
  thresholds: {
    warn: { value: 10e6, unit: "ns", meaning: "mean of the long system calls at one place" },
    error: { value: 100e6, unit: "ns", meaning: "mean of the long system calls at one place" },
    times: { value: 5, unit: "count", meaning: "minimum number of calls of at least `warn`" },
    single: { value: 100e6, unit: "ns", meaning: "a single call of this length counts even if there are few" },
    share: { value: 0.1, unit: "ratio", meaning: "time in such calls, as a share of the trace" },
  },
  reason:
    "A call that does not wait takes microseconds. On a busy machine its thread may occasionally wait about 10 ms " +
    "for a processor: only waits that recur, or that are longer than any such delay, are due to the call itself.",
  why:
    "A system call holds a thread. After about 20 µs the scheduler takes the P away and may have to start a new " +
    "thread; many long calls mean many threads.",
  suggestion:
    "Find out what the call waits for (fsync, a slow disk, DNS through cgo, a terminal), move it out of the request " +
    "path, and limit how many run at once",
  actions: [
    "File I/O blocks a thread; network I/O does not. Batch writes, sync less often, or leave slow files to a few goroutines.",
    "Limit the number of concurrent calls with a semaphore: each holds a thread of the operating system.",
    "For name resolution through cgo use the Go resolver (`GODEBUG=netdns=go`).",
  ],
  caveats: [
    "Reading a terminal, or a pipe that the runtime does not poll, takes long by design.",
    "On a machine without a free processor, the call seems to last until its thread runs again.",
  ],
  start(watch, limits) {
    const groups = new Groups((key) => new Calls(key));
    watch.onInterval(Activity.Syscall, (i, g) => {
      const duration = i.end - i.begin;
      if (duration < limits.warn || isBackground(g)) return;
      const frames = watch.stacks.frames(i.stack);
      if (frames.some((frame) => frame.function === "os/signal.signal_recv")) return;
      const group = groups.add(placeKey(watch, i.stack, g), duration, () => ({
        time: i.begin,
        duration,
        ...goroutineOf(g),
        stack: i.stack,
        atLeast: i.cutBegin || i.cutEnd,
      }));
      group.cover(i.begin, i.end);
      group.kind = kindOf(frames);
    });
    return () =>
      groups.drafts(
        "ns",
        limits,
        (group) => `${nameOf(group.occurrence)} was ${words[group.kind]} for ${worstOf(group)}${others(group)}`,
        (group) => {
          const severity = repeated(group, limits, watch.now);
          return severity && group.kind === "child" ? "info" : severity;
        },
      );
  },
});

const words: Readonly<Record<Kind, string>> = {
  syscall: "in a system call",
  child: "waiting for a child process",
  cgo: "in C code",
};

function kindOf(frames: readonly Frame[]): Kind {
  if (frames.some((frame) => /^os\.\(\*Process\)\.(Wait|wait|blockUntil|pidfdWait)/.test(frame.function)))
    return "child";
  return frames.some(({ function: name }) => name === "runtime.cgocall" || isCgoStub(name)) ? "cgo" : "syscall";
}
