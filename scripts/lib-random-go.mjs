// Random Go programs that end: goroutines, channels, locks, timers, selects, panics, recursion, collections, system calls.

/** Pseudo-random numbers from a seed (mulberry32): 0 <= n < below. */
function randomNumbers(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const FUNCTIONS = 9;

/** Statements that end in any case. None calls a function of the program while it holds a lock or a Once. */
const STATEMENTS = [
  (n) => `time.Sleep(${n(400)} * time.Microsecond)`,
  (n) => `for begin := time.Now(); time.Since(begin) < ${n(300)}*time.Microsecond; {\n\t}`,
  (n) => {
    const mutex = n(3);
    return `mutexes[${mutex}].Lock()\n\ttime.Sleep(${n(200)} * time.Microsecond)\n\tmutexes[${mutex}].Unlock()`;
  },
  (n) => {
    const mutex = n(3);
    return `mutexes[${mutex}].RLock()\n\truntime.Gosched()\n\tmutexes[${mutex}].RUnlock()`;
  },
  (n) => `select {\n\tcase channels[${n(3)}] <- depth:\n\tcase <-time.After(${n(500)} * time.Microsecond):\n\t}`,
  (n) => `select {\n\tcase <-channels[${n(3)}]:\n\tcase <-time.After(${n(500)} * time.Microsecond):\n\t}`,
  () => "select {\n\tcase <-channels[0]:\n\tdefault:\n\t}",
  () => "answer := make(chan int)\n\tgo func() { answer <- 1 }()\n\t<-answer",
  (n) => `f${n(FUNCTIONS)}(depth - 1)`,
  (n) => `f${n(FUNCTIONS)}(depth - 1)`,
  (n) => `group.Add(1)\n\tgo func() { defer group.Done(); f${n(FUNCTIONS)}(depth - 1) }()`,
  (n) => `once[${n(3)}].Do(func() { time.Sleep(time.Millisecond) })`,
  (n) => `func() {\n\t\tdefer func() { recover() }()\n\t\tf${n(FUNCTIONS)}(depth - 2)\n\t\tpanic(depth)\n\t}()`,
  () => "ended := make(chan int)\n\tgo func() { defer close(ended); runtime.Goexit() }()\n\t<-ended",
  (n) => `sink = make([]byte, 1<<${12 + n(8)})`,
  () => "runtime.Gosched()",
  () => "runtime.GC()",
  () => 'os.ReadFile("/proc/self/status")',
];

/** The text of package main. The same seed gives the same text. */
export function randomProgram(seed) {
  const random = randomNumbers(seed);
  const functions = Array.from({ length: FUNCTIONS }, (_, number) => {
    const statements = Array.from({ length: 1 + random(6) }, () => STATEMENTS[random(STATEMENTS.length)](random));
    // A block each, because some declare variables.
    const body = statements.map((text) => `\t{\n\t${text}\n\t}`).join("\n");
    return `func f${number}(depth int) {\n\tif depth < 0 || budget.Add(-1) < 0 {\n\t\treturn\n\t}\n${body}\n}`;
  });
  const starts = Array.from({ length: 4 }, () => STATEMENTS[10](random).replace("depth - 1", "12"));
  return `package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

var (
	budget   atomic.Int64
	mutexes  [3]sync.RWMutex
	once     [3]sync.Once
	channels = [3]chan int{make(chan int), make(chan int, 1), make(chan int, 8)}
	group    sync.WaitGroup
	sink     []byte
	_        = os.Args
)

${functions.join("\n\n")}

func main() {
	runtime.GOMAXPROCS(${1 + random(4)})
	debug.SetGCPercent(${[5, 20, 100][random(3)]})
	budget.Store(${500 + random(2000)})
	${starts.join("\n\t")}
	f0(12)
	group.Wait()
}
`;
}
