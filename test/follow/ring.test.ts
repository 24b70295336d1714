import fc from "fast-check";
import { expect, test } from "vitest";
import type { ByteSource } from "../../src/calltrace/index.js";
import { Follower } from "../../src/follow/index.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { TraceWriter } from "../support/calltrace/writer.js";

const SLOTS = 3;

/** What a slot does: the open calls by id and start, and how many have ended. */
interface Model {
  readonly open: { id: number; start: number }[];
  ended: number;
}

/** A program in a ring, and a follower that looks at it at times. */
class Followed {
  readonly writer = new TraceWriter({ ring: 8192, chunkMax: 256 });
  readonly models: Model[] = Array.from({ length: SLOTS }, () => ({ open: [], ended: 0 }));
  calls = 0;
  missed = 0;
  private readonly ids: number[];
  private time = 0;
  private follower: Follower | undefined;
  private bytes: Uint8Array = new Uint8Array();
  private readonly source: ByteSource;

  constructor() {
    const bytes = () => this.bytes;
    this.source = {
      get size() {
        return bytes().length;
      },
      read: (offset, into) => memorySource(bytes()).read(offset, into),
    };
    this.ids = ["a", "b", "c"].map((name) => this.writer.define("function", name));
    this.writer.writeEarly();
    for (let slot = 0; slot < SLOTS; slot++) this.writer.slot(slot).begin(0, 100 + slot);
  }

  /** One call begins or ends on a slot. */
  step(choice: number): void {
    this.time += 8;
    const number = choice % SLOTS;
    const { open } = this.models[number];
    const slot = this.writer.slot(number);
    if (open.length > 0 && (open.length > 4 || choice & 4)) {
      slot.exit(this.time);
      open.pop();
      this.models[number].ended++;
    } else {
      const id = this.ids[(choice >> 3) % this.ids.length];
      slot.enter(this.time, id);
      open.push({ id, start: this.time });
    }
  }

  look(): void {
    this.bytes = this.writer.finish();
    this.follower ??= new Follower(this.source);
    const { follower } = this;
    follower.poll(5_000_000n + BigInt(this.time));
    expect(follower.problem).toBeUndefined();
    const { window } = follower;
    this.calls += window.calls.reduce((sum, count) => sum + count, 0);
    this.missed += window.missed;
    window.clear(follower.now);
    const stacks = new Map([...follower.stacks()].map((stack) => [stack.goid, stack]));
    for (const [number, { open }] of this.models.entries()) {
      const stack = stacks.get(100 + number);
      const seen = Array.from({ length: stack?.depth ?? 0 }, (_, i) => ({ id: stack!.id[i], start: stack!.start[i] }));
      expect(seen).toEqual(open);
    }
  }

  get ended(): number {
    return this.models.reduce((sum, { ended }) => sum + ended, 0);
  }
}

test("open calls are right at each look; calls are missing only where that is said", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1 << 12), { minLength: 500, maxLength: 2000, size: "max" }), (choices) => {
      const followed = new Followed();
      for (const [n, choice] of choices.entries()) {
        followed.step(choice);
        if (n % 200 === 199) followed.look();
      }
      followed.look();
      if (followed.missed === 0) expect(followed.calls).toBe(followed.ended);
      else expect(followed.calls).toBeLessThanOrEqual(followed.ended);
    }),
    { numRuns: 20 },
  );
});

test.each([
  [100, "nothing is missing"],
  [9000, "the ring has turned, and that is said"],
])("with a look every %d calls %s", (interval) => {
  const followed = new Followed();
  for (let n = 0; n < 20_000; n++) {
    followed.step(SLOTS * ((n * 48271) % 4093) + (n % SLOTS));
    if (n % interval === 50) followed.look();
  }
  followed.look();
  expect(followed.missed > 0).toBe(interval > 1000);
  expect(followed.calls < followed.ended).toBe(interval > 1000);
});
