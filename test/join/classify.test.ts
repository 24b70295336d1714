import { expect, test } from "vitest";
import { Activity, type Interval } from "../../src/analyses/index.js";
import { STATES } from "../../src/calltree/index.js";
import { Classifier } from "../../src/join/classify.js";

/** The state of a wait with a stack, innermost frame first. */
function stateOf(reason: string, ...stack: string[]): string {
  const stacks = { frames: () => stack.map((name) => ({ pc: 0, function: name, file: "", line: 0 })) };
  const interval = { activity: Activity.Waiting, reason, stack: 1 } as Interval;
  return STATES[new Classifier(stacks).stateOf(interval)];
}

test.each([
  ["lock", "sync", ["sync.(*Mutex).Lock", "main.f"]],
  ["lock", "sync", ["internal/sync.(*Mutex).lockSlow", "internal/sync.(*Mutex).Lock", "sync.(*Mutex).Lock", "main.f"]],
  ["lock", "sync", ["sync.(*RWMutex).RLock", "main.f"]],
  ["lock", "sync", ["internal/poll.(*fdMutex).rwlock", "internal/poll.(*FD).Read", "os.(*File).Read", "main.f"]],
  ["wait", "sync", ["sync.(*WaitGroup).Wait", "main.f"]],
  ["wait", "sync", ["sync.(*Mutex).Lock", "sync.(*Once).doSlow", "sync.(*Once).Do", "main.f"]],
  // The function that a Once runs waits for a lock of its own.
  ["lock", "sync", ["sync.(*Mutex).Lock", "main.f.func1", "sync.(*Once).doSlow", "sync.(*Once).Do", "main.f"]],
  ["wait", "sync.(*Cond).Wait", ["sync.(*Cond).Wait", "main.f"]],
  ["other", "sync", ["runtime.stopTheWorld", "runtime.Stack", "main.f"]],
  ["gc", "sync", ["runtime.gcStart", "runtime.GC", "main.f"]],
  ["gc", "sync", ["runtime.gcMarkDone", "runtime.gcAssistAlloc", "runtime.mallocgc", "runtime.makeslice", "main.f"]],
  ["gc", "chan receive", ["runtime.chanrecv1", "runtime.gcBgMarkStartWorkers", "runtime.gcStart", "main.f"]],
  ["channel", "chan receive", ["runtime.chanrecv1", "main.f"]],
  ["channel", "chan send", ["runtime.chansend1", "main.f"]],
  ["channel", "forever", ["runtime.chanrecv1", "main.f"]],
  ["gc", "wait until GC ends", ["runtime.gcWaitOnMark", "runtime.GC", "main.f"]],
  ["other", "coroutine", []],
] as const)("%s: %s in %j", (state, reason, stack) => {
  expect(stateOf(reason, ...stack)).toBe(state);
});
