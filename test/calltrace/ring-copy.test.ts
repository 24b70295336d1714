import fc from "fast-check";
import { expect, test } from "vitest";
import { type ByteSource, copyRing, openTrace } from "../../src/calltrace/index.js";
import { Ending, readRecording } from "../../src/calltree/index.js";
import { type Run, run } from "../calltree/program.js";
import { memorySource } from "../support/calltrace/memory-source.js";

const RING = 16384;

/** A program at several moments, and what reads its ring: after some reads, the next moment has come. */
class Running implements ByteSource {
  private reads = 0;

  constructor(
    private readonly moments: readonly Run[],
    private readonly every: number,
  ) {}

  private get bytes(): Uint8Array {
    return this.moments[Math.min(Math.floor(this.reads / this.every), this.moments.length - 1)].bytes;
  }

  get size(): number {
    return this.bytes.length;
  }

  read(offset: number, into: Uint8Array): number {
    this.reads++;
    return memorySource(this.bytes).read(offset, into);
  }
}

/** Copies a ring into memory. */
function copyOf(source: ByteSource): Uint8Array {
  const bytes = new Uint8Array(1 << 20);
  return bytes.subarray(
    0,
    copyRing(source, (offset, part) => bytes.set(part, offset)),
  );
}

const keyOf = (goid: number, start: number, end: number, name: string) => `${goid} ${start} ${end} ${name}`;

test("the copy of a ring that does not turn is the ring, without what free space held", () => {
  const { bytes } = run(
    Array.from({ length: 3000 }, (_, i) => (i * 7919) % 1000003),
    256,
    RING,
  );
  const copy = copyOf(memorySource(bytes));
  const [one, other] = [bytes, copy].map((bytes) => readRecording(memorySource(bytes)).forest.processes[0]);
  expect(one.reach).toBeGreaterThan(0);
  expect(other.problem).toBeUndefined();
  expect([other.reach, other.tree]).toEqual([one.reach, one.tree]);
});

test("the copy of a ring that turns has every call that ended before the copy began, since it reaches", () => {
  const programs = fc.array(fc.nat(1 << 20), { minLength: 400, maxLength: 2000, size: "max" });
  fc.assert(
    fc.property(programs, fc.integer({ min: 1, max: 40 }), (choices, every) => {
      const from = Math.floor(choices.length / 2);
      const lengths = Array.from({ length: 20 }, (_, i) => from + Math.floor(((choices.length - from) * (i + 1)) / 20));
      const moments = lengths.map((length) => run(choices.slice(0, length), 256, RING));
      const copy = copyOf(new Running(moments, every));
      expect(openTrace(memorySource(copy)).problem).toBeUndefined();
      const recording = readRecording(memorySource(copy));
      const [{ problem, reach = 0, tree }] = recording.forest.processes;
      expect(problem).toBeUndefined();
      const found = new Set<string>();
      let goid = 0;
      recording.visit({
        begin: (goroutine) => {
          goid = goroutine.goid;
        },
        exit: (node, start, end, _self, how) => {
          const { name } = recording.forest.functions[tree.func[node]];
          if (how !== Ending.running) found.add(keyOf(goid, start, end, name));
        },
      });
      const all = run(choices).calls;
      const known = new Set(all.map(({ goid, start, end, name }) => keyOf(goid, Math.max(start, reach), end, name)));
      for (const call of found) expect(known).toContain(call);
      const began = Math.max(...moments[0].calls.map(({ end }) => end));
      for (const { goid, start, end, name } of moments[0].calls) {
        if (end >= reach && end < began) expect(found).toContain(keyOf(goid, Math.max(start, reach), end, name));
      }
    }),
    { numRuns: 15, endOnFailure: true },
  );
});
