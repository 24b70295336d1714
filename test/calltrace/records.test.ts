import fc from "fast-check";
import { expect, test } from "vitest";
import { Kind, RecordDecoder, Skimmer, Status } from "../../src/calltrace/index.js";
import { RECORDS } from "../../src/calltrace/spec-records.js";
import { readRecord, specOf, writeRecord } from "../support/calltrace/bits.js";

const clock = { ticksLow: 0, ticksHigh: 0, nanoLow: 0, nanoHigh: 0, slope: 1 };

/** Arbitrary sequences of records with arbitrary values, by the tables; syncs only go forward. */
const records = fc.array(
  fc.oneof(
    ...RECORDS.filter(({ name }) => name !== "sync").map((spec) =>
      fc
        .tuple(...spec.fields.map(({ bits }) => fc.bigInt(0n, (1n << BigInt(bits)) - 1n)))
        .map((values) => ({ spec, fields: new Map(spec.fields.map(({ name }, i) => [name, values[i]])) })),
    ),
  ),
  { maxLength: 100 },
);

function chunkOf(list: { spec: (typeof RECORDS)[number]; fields: Map<string, bigint> }[]): Uint8Array {
  const bytes = new Uint8Array(32 + 48 * 100 + 2);
  let at = 32;
  for (const { spec, fields } of list) {
    writeRecord(spec, fields, bytes, at);
    at += spec.bytes;
  }
  return bytes;
}

test("the decoder reads what the tables describe", () => {
  fc.assert(
    fc.property(records, (list) => {
      const bytes = chunkOf(list);
      const decoder = new RecordDecoder(clock);
      const skimmer = new Skimmer();
      const units = new Uint16Array(bytes.buffer);
      decoder.open(units, 0, bytes.length, 0);
      skimmer.open(units, 0, bytes.length);
      const seen: unknown[] = [];
      do {
        const count = decoder.next();
        for (let i = 0; i < count; i++) seen.push([decoder.kind[i], decoder.time[i], idAt(decoder, i)]);
        if (decoder.status === Status.begin) seen.push({ ...decoder.begin });
      } while (decoder.status !== Status.end);
      expect(seen).toEqual(byTables(bytes));
      while (skimmer.next() === Status.begin);
      const frames = list.filter(({ spec }) => spec.name === "frame").length;
      expect(skimmer.events).toBe(seen.filter(Array.isArray).length - frames);
    }),
    { numRuns: 500 },
  );
});

function idAt(decoder: RecordDecoder, i: number): number | undefined {
  return decoder.kind[i] === Kind.exit ? undefined : decoder.id[i];
}

const KINDS: { [name: string]: number } = {
  exit2: Kind.exit,
  exit4: Kind.exit,
  enter4: Kind.enter,
  enter6: Kind.enter,
  enter8: Kind.enter,
  spawn: Kind.spawn,
  late: Kind.late,
  exitPanic: Kind.exitPanic,
  exitGoexit: Kind.exitGoexit,
  exitDeferred: Kind.exitDeferred,
};

function byTables(bytes: Uint8Array): unknown[] {
  const seen: unknown[] = [];
  let time = 0;
  // Frames and goroutines of a snapshot began earlier, but times of a slot never go back.
  let floor = 0;
  const passed = (at: number) => {
    floor = Math.max(floor, at);
    return floor;
  };
  for (let at = 32; ; ) {
    const spec = specOf(bytes[at] | (bytes[at + 1] << 8));
    if (spec === undefined) return seen;
    const fields = readRecord(spec, bytes, at);
    const number = (name: string) => Number(fields.get(name) ?? 0n);
    time += number("delta");
    if (spec.name === "begin" || spec.name === "test" || spec.name === "resume") {
      const ticks = spec.name === "resume" ? Math.min(time, number("begin")) : time;
      seen.push({
        goid: number("goid"),
        parentGoid: number("parentGoid"),
        spawnRef: number("spawnRef") * 2,
        test: number("test"),
        time: passed(ticks),
        ticks,
        goStatement: number("goStatement"),
        omitted: number("omitted"),
      });
    } else if (spec.name === "frame") {
      seen.push([Kind.enter, passed(Math.min(time, number("start"))), number("id")]);
    } else if (spec.name !== "parent") {
      // The arg of spawns has no meaning.
      const id = fields.get("id") ?? fields.get("site") ?? fields.get("arg");
      seen.push([KINDS[spec.name], passed(time), id === undefined ? undefined : Number(id)]);
    }
    at += spec.bytes;
  }
}

test("times follow the clock pairs, at the rate of the clock, and never go back", () => {
  const bytes = new Uint8Array(128);
  const view = new DataView(bytes.buffer);
  const high = 0xfffffff0n << 32n;
  view.setBigUint64(16, high + 100n, true);
  view.setBigUint64(24, 1050n, true);
  let at = 32;
  const put = (name: string, fields: Record<string, bigint>) => {
    const spec = RECORDS.find((record) => record.name === name)!;
    writeRecord(spec, new Map(Object.entries(fields)), bytes, at);
    at += spec.bytes;
  };
  put("enter4", { id: 1n, delta: 10n });
  put("exit2", { delta: 20n });
  put("sync", { ticks: high + 200n, nano: 1055n });
  put("enter4", { id: 1n, delta: 2n });
  put("exit2", { delta: 40n });
  const decoder = new RecordDecoder({ ticksLow: 0, ticksHigh: 0xfffffff0, nanoLow: 1000, nanoHigh: 0, slope: 0.5 });
  decoder.open(new Uint16Array(bytes.buffer), 0, 128, 0);
  expect(decoder.next()).toBe(4);
  expect([...decoder.time.subarray(0, 4)]).toEqual([55, 65, 65, 76]);
});

test("a record that reaches over the end of its chunk, and one that is none, are refused", () => {
  const bytes = new Uint8Array(64);
  bytes.set([1, 0, 1, 0], 32);
  const refused = (head: number, at: number) => {
    const copy = bytes.slice();
    copy.fill(1, 36, 64);
    for (let i = 36; i < 64; i += 2) copy[i + 1] = 0;
    copy[at] = head;
    const decoder = new RecordDecoder(clock);
    const skimmer = new Skimmer();
    decoder.open(new Uint16Array(copy.buffer), 0, 64, 0);
    skimmer.open(new Uint16Array(copy.buffer), 0, 64);
    const status = [skimmer.next(), skimmer.offset, skimmer.events];
    decoder.next();
    expect([decoder.status, decoder.offset]).toEqual(status.slice(0, 2));
    return status;
  };
  expect(refused(6, 40)).toEqual([Status.corrupt, 40, 4]);
  expect(refused(7, 40)).toEqual([Status.corrupt, 40, 4]);
  expect(refused(2, 62)).toEqual([Status.corrupt, 62, 15]);
  expect(refused(5, 60)).toEqual([Status.corrupt, 60, 14]);
  expect(refused(7 | (3 << 3), 58)).toEqual([Status.corrupt, 58, 13]);
});
