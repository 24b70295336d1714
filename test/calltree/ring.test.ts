import fc from "fast-check";
import { expect, test } from "vitest";
import { type CallForest, EdgeKind, Ending, type Recording, readRecording } from "../../src/calltree/index.js";
import { buildForest } from "../support/calltrace/build-forest.js";
import { fromText } from "../support/calltrace/from-text.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { pathsOf, run } from "./program.js";

const programs = fc.array(fc.nat(1 << 20), { maxLength: 1500, size: "max" });
const sizes = fc.constantFrom(8192, 12288, 20000, 40000);
const MARK = /^go[~?]? /;

interface Call {
  readonly goid: number;
  readonly starter: number;
  /** From the goroutine's outermost call on. */
  readonly path: string;
  readonly times: readonly number[];
  readonly isLate: boolean;
  readonly calls: number;
}

/** All calls of a recording, in an order that does not depend on how they were read. */
function callsOf(recording: Recording, reach?: number): Call[] {
  const { functions, processes } = recording.forest;
  const calls: Call[] = [];
  const open: string[] = [];
  let goid = 0;
  let starter = 0;
  recording.visit({
    begin: (goroutine) => {
      goid = goroutine.goid;
      starter = goroutine.parentGoid;
    },
    enter: (node) => open.push(functions[processes[0].tree.func[node]].name),
    exit: (_, start, end, self, ending, beneath, _states, _number, isLate) => {
      // The panic may have been before the ring begins.
      const how = ending === Ending.recovered && start === reach ? Ending.return : ending;
      calls.push({ goid, starter, path: open.join(";"), times: [start, end, self, how], calls: beneath, isLate });
      open.pop();
    },
  });
  const key = ({ goid, path, times }: Call) => JSON.stringify([goid, times, path]);
  return calls.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** The sums of a tree by the path on its goroutine, wherever that is attached. */
function localSums(forest: CallForest): Map<string, number[]> {
  const sums = new Map<string, number[]>();
  for (const [path, { calls, total, self, panics, goexits, running }] of pathsOf(forest)) {
    if (calls === 0) continue;
    const steps = path.split(";");
    const local = steps
      .slice(
        Math.max(
          1,
          steps.findLastIndex((step) => MARK.test(step)),
        ),
      )
      .join(";")
      .replace(MARK, "");
    const before = sums.get(local) ?? [0, 0, 0, 0, 0, 0];
    sums.set(
      local,
      [calls, total, self, panics, goexits, running].map((value, i) => value + before[i]),
    );
  }
  return sums;
}

function sorted(sums: Map<string, number[]>): [string, number[]][] {
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
}

test("a ring has the calls, times and counts of the whole trace since it reaches", () => {
  let cuts = 0;
  fc.assert(
    fc.property(programs, sizes, fc.constantFrom(128, 256, 1024), (choices, size, chunkMax) => {
      const ring = readRecording(memorySource(run(choices, chunkMax, size).bytes));
      const [process] = ring.forest.processes;
      const { reach } = process;
      const select = reach === undefined ? {} : { from: reach };
      const plain = readRecording(memorySource(run(choices, chunkMax).bytes), { select });
      expect([process.problem, process.strayExits, ring.filtered]).toEqual([undefined, 0, []]);
      // A snapshot does not say which of the calls were entered late.
      const known = (recording: Recording) => callsOf(recording, reach).map(({ isLate, ...call }) => call);
      expect(known(ring)).toEqual(known(plain));
      expect(sorted(localSums(ring.forest))).toEqual(sorted(localSums(plain.forest)));
      if (reach === undefined) return;
      cuts++;
      const earlier = callsOf(ring).filter(({ times, isLate }) => times[0] === reach || isLate).length;
      expect(process.counts.earlier).toBe(earlier);
    }),
    { numRuns: 100, endOnFailure: true },
  );
  expect(cuts).toBeGreaterThan(10);
});

/** A damaged ring, whose chunk is one of a plain trace: with a goroutine that has three open calls, two of them omitted. */
const omitting = `process
  version 3
  headerSize 4096
  used 4288
  startTicks 1000
  startNano 5000
  pid 42
  goVersion "go1.26.0"
  platform "linux/amd64"
  executable "/tmp/app"
  directory "/tmp"
events size=192 slot=0 seq=0 ticks=6000 nano=10000
  resume delta=0 goid=7 parentGoid=0 spawnRef=0 test=0 goStatement=0 begin=1500 frames=1 omitted=2
  frame id=1 start=2500
  exit2 delta=8
  exit2 delta=8
  exit2 delta=8
  exit2 delta=8
size 4288
`;

test("calls that a snapshot omits end without an enter", () => {
  for (const isPlain of [false, true]) {
    const [process] = buildForest(memorySource(fromText(omitting)), { isPlain }).processes;
    expect([process.problem, process.strayExits]).toEqual([undefined, 1]);
  }
});

test("a goroutine that was started since the ring reaches is where it is in the whole trace", () => {
  fc.assert(
    fc.property(programs, sizes, (choices, size) => {
      const ring = readRecording(memorySource(run(choices, 256, size).bytes));
      const { reach = 0 } = ring.forest.processes[0];
      const plain = readRecording(memorySource(run(choices, 256).bytes));
      const whole = placesOf(plain);
      const started = startsOf(plain);
      for (const [goid, place] of placesOf(ring)) {
        if ((started.get(goid) ?? -1) >= reach) expect([goid, place]).toEqual([goid, whole.get(goid)]);
      }
    }),
    { numRuns: 50, endOnFailure: true },
  );
});

/** By goroutine: where it is attached, as far as that is on the goroutine that started it. */
function placesOf(recording: Recording): Map<number, string> {
  const paths = pathNames(recording.forest);
  const places = new Map<number, string>();
  recording.visit({ begin: ({ goid, edge, node }) => void places.set(goid, `${edge} ${paths[node]}`) });
  return places;
}

/** By goroutine: when its go statement ran. */
function startsOf(recording: Recording): Map<number, number> {
  const refs = new Map<number, number>();
  const times = new Map<number, number>();
  recording.visit({
    begin: ({ goid, spawn }) => void refs.set(goid, spawn),
    spawn: (_node, _goStatement, time, ref) => void times.set(ref, time),
  });
  return new Map([...refs].flatMap(([goid, ref]) => (times.has(ref) ? [[goid, times.get(ref)!]] : [])));
}

/** By node: the names from the outermost one of the same goroutine on. */
function pathNames({ functions, processes: [{ tree }] }: CallForest): string[] {
  const names = [""];
  for (let node = 1; node < tree.size; node++) {
    const above = tree.edge[node] === EdgeKind.call ? names[tree.parent[node]] : "";
    names.push(`${above};${functions[tree.func[node]].name}`);
  }
  return names;
}
