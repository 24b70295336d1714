import { expect, test } from "vitest";
import { readRecording, STATES, State, type StateName } from "../../src/calltree/index.js";
import { SchedulingClock } from "../../src/join/clock.js";
import { StayTable } from "../../src/join/stays.js";
import { scripted } from "../calltree/script.js";
import { memorySource } from "../support/calltrace/memory-source.js";

/** `waiter state culprit via cause time` of a script's calls, microseconds. @param stays `g2 10-20 channel g3` */
function blamed(script: string, stays: string, starts: Readonly<Record<number, string>> = {}): string[] {
  const table = new StayTable();
  const list = stays
    .trim()
    .split("\n")
    .map((line) => {
      const [, goid, begin, end, state, waker] = /^\s*g(\d+) (\d+)-(\d+) (\w+)(?: g(\d+))?$/.exec(line)!;
      return { goid: Number(goid), begin: Number(begin), end: Number(end), state, waker: Number(waker ?? -1) };
    });
  for (const { goid, begin, end, state, waker } of list.sort((a, b) => a.end - b.end)) {
    const stay = { state: State[state as StateName], reason: state, waker, place: "", wakerPlace: "" };
    table.add(goid, begin * 1000, end * 1000, stay);
  }
  for (const [goid, name] of Object.entries(starts)) table.setStart(Number(goid), name);
  const recording = readRecording(memorySource(scripted(script))).withStates(
    () => new SchedulingClock({ stays: table }, 0),
    true,
  );
  const { functions, processes } = recording.forest;
  const { func, blame } = processes[0].tree;
  const name = (node: number) => (node === 0 ? "-" : functions[func[node]].name.replace("main.", ""));
  return (blame?.pairs ?? [])
    .filter(({ waiter }) => waiter !== 0)
    .map(
      ({ waiter, state, culprit, via, cause, time }) =>
        `${name(waiter)} ${STATES[state]} ${name(culprit)} [${via}] ${cause} ${time / 1000}`,
    );
}

const RECEIVE = "0 g1 { main.receive\n100 g1 }\n0 g4 { main.work\n95 g4 }";

test("a wait that untraced code ended is charged to what that code waited for", () => {
  const loop = { 2: "net.loop", 3: "net.inner" };
  const wait = "g1 10-60 channel g2";
  const of = (stays: string) => blamed(RECEIVE, `${wait}\n${stays}`, loop);
  expect(of("g2 0-5 running\ng2 5-50 network\ng2 50-52 syscall\ng2 52-70 running")).toEqual([
    "receive channel - [net.loop] network 50",
  ]);
  expect(of("g2 0-8 network\ng2 8-70 running")).toEqual(["receive channel - [net.loop] running 50"]);
  expect(of("g2 0-55 sleep\ng2 55-60 running")).toEqual(["receive channel - [net.loop] sleep 50"]);
  expect(of("g2 0-55 select\ng2 55-60 running")).toEqual(["receive channel - [net.loop] timer 50"]);
  // Through another goroutine, to a call.
  expect(of("g2 0-50 channel g4\ng2 50-60 running")).toEqual(["receive channel work [net.loop]  50"]);
  expect(of("g2 0-50 channel g3\ng2 50-60 running\ng3 0-45 lock g4\ng3 45-60 running")).toEqual([
    "receive channel work [net.loop, net.inner]  50",
  ]);
  expect(of("g2 0-50 channel g3\ng2 50-60 running\ng3 0-45 network\ng3 45-60 running")).toEqual([
    "receive channel - [net.loop, net.inner] network 50",
  ]);
  // Nothing is known of that goroutine.
  expect(of("g5 0-5 running")).toEqual(["receive channel - [net.loop]  50"]);
});

test("untraced code that waited for a call to return: the call is to blame", () => {
  const script = (end: number) =>
    `0 g1 { main.receive\n100 g1 }\n5 g2 { main.task\n20 g2 { main.step\n30 g2 }\n${end} g2 }`;
  const stays = "g1 10-60 channel g2\ng2 0-25 network\ng2 25-90 running";
  expect(blamed(script(59), stays, { 2: "errgroup.Go" })).toEqual(["receive channel task [errgroup.Go]  50"]);
  // It took less than half of the wait.
  expect(blamed(script(34), stays, { 2: "errgroup.Go" })).toEqual(["receive channel - [errgroup.Go] running 50"]);
});

test("a wait for a channel that no goroutine ended was ended by a timer, unless the trace ended", () => {
  expect(blamed(RECEIVE, "g1 10-60 select\ng1 60-90 running")).toEqual(["receive select - [] timer 50"]);
  expect(blamed(RECEIVE, "g1 10-60 select")).toEqual([]);
  expect(blamed(RECEIVE, "g1 10-60 sleep\ng1 60-90 running")).toEqual([]);
});

test("of the states of a goroutine the one counts in which it was most of the time, and only while the wait lasted", () => {
  const many = Array.from(
    { length: 10 },
    (_, i) => `g2 ${10 + i * 5}-${14 + i * 5} network\ng2 ${14 + i * 5}-${15 + i * 5} running`,
  );
  expect(blamed(RECEIVE, `g1 10-60 channel g2\n${many.join("\n")}\ng2 60-90 sleep`)).toEqual([
    "receive channel - [] network 50",
  ]);
});

test("a chain of goroutines that wait for one another ends", () => {
  const stays = Array.from(
    { length: 40 },
    (_, i) => `g${10 + i} 0-${59 - i} channel g${11 + i}\ng${10 + i} ${59 - i}-90 running`,
  );
  const names = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [10 + i, `net.f${i}`]));
  const [row] = blamed(RECEIVE, `g1 10-60 channel g10\n${stays.join("\n")}`, names);
  expect(row).toContain("[net.f0, net.f1, ");
  expect(row).toMatch(/net\.f15\] channel 50$/);
});
