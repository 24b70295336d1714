// Generates call traces for benchmarks and fuzzing.
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import "./typescript.mjs";

const { TraceWriter } = await import("../test/support/calltrace/writer.ts");
const { Chunk, HEADER_FIELDS, HEADER_SIZE, OLDEST_VERSION } = await import("../src/calltrace/spec.ts");

/**
 * A trace like that of a real program: stacks 5 to 15 deep, several goroutines whose chunks interleave, short-lived
 * goroutines, mostly short deltas and a few long ones.
 *
 * @param size in bytes
 * @param branching the depth down to which functions call more than one other; the number of call paths grows with it
 */
export function generate(size, branching = 7) {
  const random = xorshift(42);
  const trace = new TraceWriter({ capacity: size + (1 << 20), rate: 2 });
  const functions = Array.from({ length: 400 }, (_, i) =>
    trace.define("function", `example.com/app.f${i}`, "app.go", i),
  );
  const site = trace.define("go", "example.com/app.f0", "app.go", 7);
  const workers = Array.from({ length: 8 }, (_, i) => ({ slot: trace.slot(i), stack: [], goid: i + 1, time: 1000 }));
  let goids = 100;
  for (const [i, worker] of workers.entries()) worker.slot.begin(worker.time, i + 1, i === 0 ? 0 : 1);
  while (trace.used < size) {
    const worker = workers[random() % workers.length];
    for (let i = 0; i < 500; i++) step(worker);
  }
  return trace.finish();

  function step(worker) {
    const { slot, stack } = worker;
    // Half of the deltas of real programs are below 100 ns, one in a hundred is above 10 µs.
    const draw = random() % 100;
    worker.time += draw < 90 ? 20 + (random() % 300) : draw < 99 ? random() % 8000 : random() % 400000;
    const depth = stack.length;
    const deeper = depth < 4 || (depth < 15 && random() % 100 < 50);
    if (!deeper) {
      stack.pop();
      slot.exit(worker.time);
      return;
    }
    // A function usually calls one other; near the outermost frames it sometimes calls a different one.
    const parent = depth === 0 ? 0 : stack[depth - 1];
    const other = depth < branching && random() % 100 < 40 ? random() % 4 : 0;
    const callee = functions[(parent * 5 + other * 7 + depth) % functions.length];
    stack.push(callee);
    slot.enter(worker.time, callee);
    if (random() % 400 !== 0) return;
    worker.time += 50;
    child(worker, slot.spawn(worker.time, site));
  }

  function child(parent, ref) {
    const slot = trace.slot(100 + (random() % 50));
    const time = parent.time + 500;
    slot.begin(time, ++goids, parent.goid, ref);
    for (let i = 0; i < 3; i++) slot.enter(time + i * 100, functions[i]);
    for (let i = 0; i < 3; i++) slot.exit(time + 300 + i * 100);
  }
}

/** A generator of random 32-bit numbers. @param seed not 0; the same seed gives the same numbers */
export function xorshift(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Makes the trace in a file one of gotrace 0.1.0, which knows no control chunk; its records stay as they are. */
export function toVersion2(path) {
  const file = openSync(path, "r+");
  const header = Buffer.alloc(HEADER_SIZE);
  readSync(file, header, 0, HEADER_SIZE, 0);
  const at = (field) => HEADER_FIELDS.find(({ name }) => name === field).offset;
  const control = Number(header.readBigUInt64LE(at("control")));
  if (control !== 0) {
    const size = Buffer.alloc(4);
    readSync(file, size, 0, 4, control + Chunk.size);
    writeSync(file, Buffer.alloc(size.readUInt32LE()), 0, size.readUInt32LE(), control);
    header.writeBigUInt64LE(0n, at("control"));
  }
  header.writeUInt32LE(OLDEST_VERSION, at("version"));
  writeSync(file, header, 0, HEADER_SIZE, 0);
  closeSync(file);
}
