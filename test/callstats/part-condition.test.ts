/** Conditions on a part of the time of single calls, and which calls meet them. */
import { expect, test } from "vitest";
import { PartWatch, partCondition } from "../../src/callstats/index.js";
import { type Recording, readRecording } from "../../src/calltree/index.js";
import { conditionRemarks } from "../../src/cli/report/condition-remarks.js";
import { scripted } from "../calltree/script.js";
import { ScriptedClock } from "../calltree/scripted-clock.js";
import { memorySource } from "../support/calltrace/memory-source.js";

/** Times are microseconds. */
const recording = readRecording(
  memorySource(
    scripted(`
      0    g1 { db.Query
      100  g1 }
      200  g1 { db.Query
      400  g1 }
      400  g2 { db.Get
      500  g2 }
      600  g1 { db.Query
      900  g1 }
      950  g1 { db.Query
    `),
  ),
).withStates(
  () =>
    new ScriptedClock(`
      g1 0-10 running
      g1 10-90 lock
      g1 90-210 running
      g1 210-390 sleep
      g1 390-610 running
      g1 610-700 lock
      g1 700-780 unknown
      g1 780-990 running
      g2 400-495 lock
    `),
);

function watched(conditions: readonly string[], fresh: number, last = 900) {
  const parsed = conditions.map((text) => partCondition(text)!);
  const watch = new PartWatch(recording.forest, 0, parsed, last * 1000, fresh * 1000);
  recording.visit(watch);
  const { looked, best } = watch;
  return [
    looked,
    best &&
      `${best.condition.text}: ${best.held} ${best.spent / 1000} of ${best.took / 1000} ${best.goroutine}.${best.number}`,
  ];
}

test("conditions in the language of assertions, on a part of the time", () => {
  const { states, limit, functions } = partCondition(" /^db/.off-cpu >= 1.5ms")!;
  expect([states.length, limit, functions.matches("db.Get")]).toEqual([10, 1.5e6, true]);
  for (const text of ["db.Get.time > 1ms", "db.Get.lock.p99 > 1ms", "lock > 1ms", "panic", "db.Get.lock > 3"]) {
    expect(partCondition(text), text).toBe(undefined);
  }
});

test("the call that meets a condition best, of those that were not looked at before", () => {
  // The last call alone.
  expect(watched(["db.Query.lock > 50us"], 0)).toEqual([1, "db.Query.lock > 50us: held 90 of 300 1.3"]);
  expect(watched(["db.Query.lock > 200us"], 0)).toEqual([1, "db.Query.lock > 200us: not 90 of 300 1.3"]);
  expect(watched(["db.Query.lock > 100us"], 0)).toEqual([1, "db.Query.lock > 100us: unknown 90 of 300 1.3"]);
  // And others: a call that ended when the time of those begins was the reason for the candidate before.
  expect(watched(["db.Query.sleep > 150us"], 600)).toEqual([2, "db.Query.sleep > 150us: held 180 of 200 1.2"]);
  expect(watched(["db.Query.sleep > 150us"], 500)).toEqual([1, "db.Query.sleep > 150us: not 0 of 300 1.3"]);
  expect(watched(["db.Query.sleep > 250us", "db.Get.lock > 90us"], 600)).toEqual([
    2,
    "db.Get.lock > 90us: held 95 of 100 2.1",
  ]);
  // One of unknown states is neither looked at nor a reason, unless it is the last.
  expect(watched(["db.Query.lock > 100us"], 500, 1000)).toEqual([0, undefined]);
  expect(watched(["db.Nothing.lock > 50us"], 0)).toEqual([0, undefined]);
});

test("a report says whether the condition of a snapshot held that nobody has judged", async () => {
  const remarks = (trigger: string, spent?: number, name = "db.Query") => {
    const [process] = recording.forest.processes;
    const cause = {
      trigger,
      function: name,
      goroutine: 1,
      took: 300e3,
      time: 0,
      ...(spent === undefined ? {} : { spent }),
    };
    const shown = { ...process, cause, info: { ...process.info, stop: { reason: "snapshot", at: 900e3 } } };
    const forest = { ...recording.forest, processes: [shown] };
    return conditionRemarks({ forest } as unknown as Recording, () => Promise.resolve(recording));
  };
  expect(await remarks("db.Query.lock > 50us")).toEqual(["db.Query.lock > 50us: held, lock 90.0µs"]);
  // The process keeps the end of a long condition.
  expect(await remarks("uery/.lock > 200us")).toEqual(["uery/.lock > 200us: did not hold, lock 90.0µs"]);
  expect(await remarks("db.Query.off-cpu > 100us")).toEqual([
    "db.Query.off-cpu > 100us: not known, off-cpu 90.0µs and 80.0µs in unknown states",
  ]);
  expect(await remarks("db.Get.lock > 50us", undefined, "db.Get")).toEqual([
    "db.Get.lock > 50us: not known, because the call is not in the snapshot",
  ]);
  for (const none of [remarks("db.Query.lock > 50us", 90e3), remarks("db.Query.time > 50us"), remarks("panic")]) {
    expect(await none).toEqual([]);
  }
});
