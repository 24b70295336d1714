import fc from "fast-check";
import { expect, test } from "vitest";
import { chunkAt, openTrace } from "../../src/calltrace/index.js";
import { run } from "../calltree/program.js";
import { fromText } from "../support/calltrace/from-text.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { toText } from "../support/calltrace/to-text.js";

/** A ring in which slot 1 has lost chunk 3 but not yet chunk 2, and slot 2 writes before and behind it. */
const ring = `process
  version 3
  headerSize 4096
  used 6080
  startTicks 1000
  startNano 5000
  pid 42
  control 4096
  goVersion "go1.26.0"
  platform "linux/amd64"
  executable "/tmp/app"
  directory "/tmp"
control size=1024 slot=0 seq=0 ticks=0 nano=0
  .minimum 10000
  .mode 1
  .ringBytes 4096
  .ringFrom 5000
  .reused 256
  .changes 2
  .text "+main\\\\."
  .gate-log 12001
  .gate-log 14000
ring size=192 slot=1 seq=5 ticks=6000 nano=10000 closed=0 snapshot=62
  resume delta=0 goid=7 parentGoid=1 spawnRef=0 test=0 goStatement=3 begin=1500 frames=1 omitted=2
  frame id=9 start=2500
  exit2 delta=8
ring size=128 slot=1 seq=2 ticks=3000 nano=7000 closed=4000 snapshot=0
  exit2 delta=1
free size=128 slot=5 seq=6 ticks=7 nano=8
ring size=192 slot=2 seq=0 ticks=3500 nano=7500 closed=7000 snapshot=0
  begin delta=0 goid=8 parentGoid=0 spawnRef=0
  enter4 id=9 delta=5
ring size=192 slot=1 seq=4 ticks=5000 nano=9000 closed=6000 snapshot=62
  resume delta=0 goid=7 parentGoid=1 spawnRef=0 test=0 goStatement=3 begin=1500 frames=1 omitted=2
  frame id=9 start=2500
  enter4 id=9 delta=8
ring size=128 slot=2 seq=1 ticks=7000 nano=11000 closed=0 snapshot=0
  exit2 delta=8
size 6080
`;

test("the text form has the chunks of a ring, and the control chunk", () => {
  expect(toText(fromText(ring))).toBe(ring);
});

test("of a ring, the chunks after the last gap of each slot count, in the order in which they were opened", () => {
  const [process] = openTrace(memorySource(fromText(ring))).processes;
  expect(process.problem).toBeUndefined();
  const { chunks } = process;
  const column = (values: ArrayLike<number>) => Array.from({ length: chunks.count }, (_, chunk) => values[chunk]);
  expect(column(chunks.ring!.opened)).toEqual([2500, 4000, 5000, 6000]);
  expect(column(chunks.next)).toEqual([3, 2, -1, -1]);
  // Only the snapshot with which a slot begins is read.
  expect(column(chunks.body)).toEqual([64, 64, 126, 64]);
  for (let chunk = 0; chunk < chunks.count; chunk++) {
    expect(chunkAt(chunks, chunks.offset[chunk])).toBe(chunk);
    expect(chunkAt(chunks, chunks.offset[chunk] + chunks.size[chunk] - 1)).toBe(chunk);
  }
  // A chunk that does not count, and free space.
  expect([chunkAt(chunks, 5120 + 192), chunkAt(chunks, 5120 + 320)]).toEqual([-1, -1]);
  expect(process.reach).toBe(4000 - 1 / 8);
});

test("the control chunk says how the process records", () => {
  const [{ control }] = openTrace(memorySource(fromText(ring))).processes;
  expect(control).toMatchObject({
    mode: "ring",
    numbers: { minimum: 10000n, ringBytes: 4096n, depth: 0n },
    text: "+main\\.",
    gates: [
      { nano: 6000n, isPaused: true },
      { nano: 7000n, isPaused: false },
    ],
  });
  const damaged = fromText(ring.replace("control 4096", "control 5120"));
  expect(openTrace(memorySource(damaged)).processes[0].control).toBeUndefined();
});

test("a ring has the last chunks of each slot, one after another, and says since when it is complete", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1 << 20), { maxLength: 1500, size: "max" }), fc.nat(3), (choices, size) => {
      const [process] = openTrace(memorySource(run(choices, 256, 8192 << size).bytes)).processes;
      expect(process.problem).toBeUndefined();
      const { chunks, control, reach } = process;
      expect(reach === undefined).toBe(control?.numbers.ringFrom === 0n);
      const { opened } = chunks.ring ?? { opened: [] };
      for (let chunk = 1; chunk < chunks.count; chunk++) {
        expect(opened[chunk]).toBeGreaterThanOrEqual(opened[chunk - 1]);
        expect(chunks.next[chunk - 1] === -1 || chunks.next[chunk - 1] > chunk - 1).toBe(true);
      }
      for (let slot = 0; slot < chunks.slots; slot++) {
        if (opened[chunks.first[slot]] > (reach ?? 0)) expect(chunks.body[chunks.first[slot]]).toBe(64);
      }
    }),
    { numRuns: 50 },
  );
});
