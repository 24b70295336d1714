import { expect, test } from "vitest";
import type { GoroutineInfo, Interval, Locks } from "../../src/analyses/index.js";
import { NONE } from "../../src/exectrace/index.js";
import { Blame, Holders } from "../../src/rules/holders.js";
import type { Watch } from "../../src/rules/rule.js";

/** What is said about waits for one lock, all in main.show: who waited, from when to when in ms, and who released it. */
function heldIn(
  waits: readonly [waiter: number, from: number, to: number, waker: number][],
  born: { [id: number]: number },
) {
  const goroutine = (id: number) => {
    const createdInTrace = born[id] !== undefined;
    return { id, startFunction: "main.show", begin: (born[id] ?? 0) * 1e6, createdInTrace } as GoroutineInfo;
  };
  const userFrames = { of: () => ({ function: "main.show", file: "main.go", line: 7 }) };
  const watch = { onGoroutineEnd: () => undefined, userFrames, goroutine } as unknown as Watch;
  const holders = new Holders(watch, { isRelease: () => true } as unknown as Locks);
  const blame = new Blame();
  for (const [waiter, from, to, waker] of waits) {
    const wait = { goroutine: waiter, begin: from * 1e6, end: to * 1e6, waker, wakerStack: 1, stack: 2, cutEnd: false };
    holders.take(wait as Interval, goroutine(waiter), blame);
  }
  return blame.text().replace(/ \(main\.show\), released at .*/, "");
}

test("a goroutine that got a lock ahead of those that wait held it since the release before, or since its own start", () => {
  // 9 takes the lock when 1 releases it, although 3 has waited for longer than 9 lives.
  const first = heldIn(
    [
      [2, 0, 20, 1],
      [3, 1, 42, 9],
      [4, 2, 60, 3],
    ],
    { 9: 22 },
  );
  expect(first).toBe("held for at least 20.0ms by goroutine 1");
  expect(heldIn([[3, 1, 42, 9]], { 9: 22 })).toBe("held for up to 20.0ms by goroutine 9");
  expect(
    heldIn(
      [
        [2, 18, 20, 1],
        [3, 1, 42, 9],
        [4, 2, 60, 3],
      ],
      {},
    ),
  ).toBe("held for up to 22.0ms by goroutine 9");
});

test("a goroutine that nobody is known to have preceded held a lock for at least as long as others waited", () => {
  expect(heldIn([[3, 1, 42, 9]], {})).toBe("held for at least 41.0ms by goroutine 9");
  expect(heldIn([[3, 1, 42, NONE]], {})).toBe("");
});
