/** The space that the trace of a followed process takes. */
import { expect, test } from "vitest";
import { type Patch, type Range, readControl } from "../../src/calltrace/index.js";
import { HEADER_FIELDS } from "../../src/calltrace/spec.js";
import { CONTROL_FIELDS } from "../../src/calltrace/spec-ring.js";
import type { LiveReplay } from "../../src/calltree/replay/live.js";
import { TraceSpace } from "../../src/calltree/trace-space.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { TraceWriter } from "../support/calltrace/writer.js";

const MIB = 1 << 20;
const LIMIT = 64 * MIB;

/** A trace of which only sizes matter, in MiB. */
class Sizes {
  private readonly bytes = new TraceWriter({ control: {} }).finish();
  private readonly view = new DataView(this.bytes.buffer);
  private readonly control = Number(this.view.getBigUint64(offsetOf(HEADER_FIELDS, "control"), true));
  private replayed = 0;
  hasBegun = true;
  readonly asked: number[] = [];
  readonly space: TraceSpace;

  constructor() {
    const live = {
      process: { header: { numbers: { control: BigInt(this.control) } } },
      goroutines: 1,
      give: (most: number, keep: number): Range[] => {
        this.asked.push(keep);
        return Array.from({ length: Math.min(most, 1) }, () => ({ from: 0, to: MIB }));
      },
    };
    Object.defineProperties(live, {
      replayed: { get: () => this.replayed * MIB },
      hasBegun: { get: () => this.hasBegun },
    });
    const write = (patches: readonly Patch[]) => {
      for (const { offset, bytes } of patches) this.bytes.set(bytes, offset);
    };
    const source = memorySource(this.bytes);
    this.space = new TraceSpace(source, live as unknown as LiveReplay, { limit: LIMIT, write }, () => 1n);
  }

  set used(size: number) {
    this.view.setBigUint64(offsetOf(HEADER_FIELDS, "used"), BigInt(size * MIB), true);
  }

  set gate(gate: number) {
    this.view.setUint32(this.control + offsetOf(CONTROL_FIELDS, "gate"), gate, true);
  }

  /** @param size read by then */
  settle(size: number) {
    this.replayed = size;
    this.space.settle();
  }

  get now(): string {
    const { gate, giveAsked } = readControl(memorySource(this.bytes), this.control)!.numbers;
    return `gate ${gate}, ${giveAsked} holes`;
  }
}

function offsetOf(fields: readonly { readonly name: string; readonly offset: number }[], name: string): number {
  return fields.find((field) => field.name === name)!.offset;
}

test("what was read is given back; between two polls only if something was already", () => {
  const trace = new Sizes();
  trace.space.glance();
  expect(trace.now).toBe("gate 0, 0 holes");
  trace.settle(10);
  trace.space.glance();
  expect(trace.now).toBe("gate 0, 2 holes");
  expect(trace.asked).toEqual([LIMIT / 2, LIMIT / 2]);
});

test("a pause ends when nearly all is read, but not one of the user", () => {
  const trace = new Sizes();
  trace.used = 57;
  trace.gate = 2;
  trace.settle(54);
  trace.space.glance();
  expect(trace.now).toBe("gate 2, 2 holes");
  trace.settle(56);
  expect(trace.now).toBe("gate 0, 3 holes");
  trace.gate = 1;
  trace.settle(57);
  expect(trace.now).toBe("gate 1, 4 holes");
});

test("a pause ends when nothing can be read yet", () => {
  const trace = new Sizes();
  trace.hasBegun = false;
  trace.used = 57;
  trace.gate = 2;
  trace.settle(0);
  expect(trace.now).toBe("gate 0, 1 holes");
});
