/** Reading traces while their process writes them. */
import { expect, test } from "vitest";
import { type ByteSource, openTrace } from "../../src/calltrace/index.js";
import { buildForest } from "../support/calltrace/build-forest.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { TraceWriter } from "../support/calltrace/writer.js";

const CALLS = 3000;
const SLOTS = 5;

/** Several goroutines that call and return in turn. */
function busy(): Uint8Array {
  const trace = new TraceWriter({ chunkMax: 4096 });
  const work = trace.define("function", "main.work");
  const slots = Array.from({ length: SLOTS }, (_, number) => trace.slot(number));
  slots.forEach((slot, index) => {
    slot.begin(index, index + 1);
  });
  for (let i = 0; i < CALLS; i++) {
    const slot = slots[(i * 7) % SLOTS];
    slot.enter(100 * i, work);
    slot.exit(100 * i + 50);
  }
  return trace.finish();
}

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * A trace that its process is writing: it has grown at every read. Space is taken in order; a chunk begins (its header
 * appears, with what it holds by then) some time later, those of one slot one after another. The file grows in steps,
 * always before a chunk begins in the new part.
 */
class Growing implements ByteSource {
  private now = 0;
  private readonly chunks: { offset: number; size: number; taken: number; begun: number }[] = [];

  constructor(
    private readonly whole: Uint8Array,
    seed: number,
    readonly pace: number,
  ) {
    const draw = random(seed);
    const slotBegun = new Map<number, number>();
    const view = new DataView(whole.buffer, whole.byteOffset);
    let taken = 0;
    for (let offset = 4096; offset < whole.length; ) {
      const size = view.getUint32(offset + 4, true);
      // Definitions come last in this trace, and do not depend on time.
      const isDefs = view.getUint16(offset + 2, true) === 2;
      const slot = view.getUint32(offset + 8, true);
      taken += isDefs ? 0 : draw() * pace;
      const delay = draw() < 0.2 ? draw() * 40 : 0;
      const begun = isDefs ? 0 : Math.max(taken + delay, slotBegun.get(slot) ?? 0);
      slotBegun.set(slot, begun);
      this.chunks.push({ offset, size, taken: isDefs ? 0 : taken, begun });
      offset += size;
    }
  }

  /** End of the space taken so far. */
  private get used(): number {
    return this.chunks.reduce((used, { offset, size, taken }) => (taken <= this.now ? offset + size : used), 4096);
  }

  get size(): number {
    const begun = this.chunks.filter(({ begun }) => begun <= this.now).map(({ offset, size }) => offset + size);
    return Math.min(this.whole.length, Math.ceil(Math.max(4096, ...begun) / 4096) * 4096);
  }

  read(offset: number, into: Uint8Array): number {
    const { size, whole } = this;
    const now = whole.slice(0, size);
    for (const chunk of this.chunks) if (chunk.begun > this.now) now.fill(0, chunk.offset, chunk.offset + chunk.size);
    new DataView(now.buffer).setBigUint64(16, BigInt(this.used), true);
    new DataView(now.buffer).setBigUint64(152, BigInt(size), true);
    this.now++;
    const part = now.subarray(offset, offset + into.length);
    into.set(part);
    return part.length;
  }
}

test("a trace that grows is read without complaint, whenever that is", () => {
  const whole = busy();
  expect(buildForest(memorySource(whole)).processes[0]).toMatchObject({ events: 2 * CALLS, strayExits: 0 });
  let partial = 0;
  for (let seed = 1; seed <= 150; seed++) {
    const source = new Growing(whole, seed, 1 + (seed % 5));
    for (let i = seed % 30; i > 0; i--) source.read(0, new Uint8Array(8));
    const { processes, problem } = buildForest(source);
    expect(problem).toBeUndefined();
    expect(
      processes.map(({ problem }) => problem),
      `seed ${seed}`,
    ).toEqual([undefined]);
    const [{ events, tree, strayExits }] = processes;
    const calls = tree.calls.reduce((sum, n) => sum + n, 0);
    const running = [...tree.running.values()].reduce((sum, n) => sum + n, 0);
    expect(events).toBe(2 * calls - running + strayExits);
    if (events > 0 && events < 2 * CALLS) partial++;
  }
  expect(partial).toBeGreaterThan(100);
});

test("what is written into a chunk between two passes is not half seen", () => {
  const whole = busy();
  const { chunks } = openTrace(memorySource(whole)).processes[0];
  const last = chunks.offset[chunks.count - 1];
  const before = memorySource(whole.slice());
  const early = whole.slice();
  early.fill(0, last + 40, last + chunks.size[chunks.count - 1]);
  let reads = 0;
  const source = {
    size: whole.length,
    // The first pass has already read the last chunk when the second one begins.
    read: (offset: number, into: Uint8Array) =>
      (offset <= last && offset + into.length > last + 64 && reads++ > 1 ? before : memorySource(early)).read(
        offset,
        into,
      ),
  };
  const [{ events, tree }] = buildForest(source).processes;
  const running = [...tree.running.values()].reduce((sum, n) => sum + n, 0);
  expect(events).toBe(2 * tree.calls.reduce((sum, n) => sum + n, 0) - running);
});

test("a copy that was cut is told, wherever the cut is", () => {
  const whole = busy();
  new DataView(whole.buffer, whole.byteOffset).setBigUint64(152, BigInt(whole.length), true);
  const view = new DataView(whole.buffer, whole.byteOffset);
  const problems = (bytes: Uint8Array) => openTrace(memorySource(bytes)).processes[0].problem;
  expect(problems(whole)).toBeUndefined();
  for (const length of [whole.length - 64, whole.length - 4096, 8192, 4096, 5000]) {
    expect(problems(whole.slice(0, length))?.offset, `${length}`).toBeLessThanOrEqual(length);
  }
  // A process killed between taking space and growing the file has lost nothing.
  view.setBigUint64(16, BigInt(whole.length + (1 << 22)), true);
  expect(problems(whole)).toBeUndefined();
});

test("the rate of the clock is that at the first chunk after a tenth of a second, whatever the header says later", () => {
  // The clock runs at 3 GHz, and later by the header at 2.
  const trace = new TraceWriter({
    rate: 3,
    chunkMax: 4096,
    header: { numbers: { pairATicks: 11_000_000n, pairANano: 10_000_000n } },
  });
  const work = trace.define("function", "main.work");
  const slot = trace.slot(0);
  slot.begin(0, 1);
  for (let i = 0; i < 2000; i++) {
    slot.enter(400_000 * i + 100, work);
    slot.exit(400_000 * i + 200);
  }
  const bytes = trace.finish();
  const header = openTrace(memorySource(bytes)).processes[0];
  expect(header.clock.slope).toBeCloseTo(1 / 3, 6);
  const { tree } = buildForest(memorySource(bytes)).processes[0];
  // Each call takes 100 ticks; times are whole eighths.
  expect(Math.abs(tree.total[1] / 2000 - 100 / 3)).toBeLessThan(0.1);
  expect([tree.total[1], tree.first[1], tree.last[1]].map((time) => (time * 8) % 1)).toEqual([0, 0, 0]);
});
