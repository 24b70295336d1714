import fc from "fast-check";
import { expect, test } from "vitest";
import type { ProcessTrace } from "../../src/calltrace/index.js";
import { Giving } from "../../src/calltree/replay/giving.js";
import type { SlotTable } from "../../src/calltree/replay/slots.js";

const PAGE = 65536;

interface Placed {
  readonly offset: number;
  readonly size: number;
  readonly slot: number;
}

/** Chunks one after another, some with a gap before them, as definitions leave it. */
const layouts = fc
  .array(
    fc.record({
      size: fc.constantFrom(64, 4096, 40000, PAGE, 262144),
      slot: fc.nat(3),
      gap: fc.constantFrom(0, 0, 0, 1024),
    }),
    {
      minLength: 1,
      maxLength: 60,
    },
  )
  .map((parts) => {
    let end = 4096;
    return parts.map(({ size, slot, gap }): Placed => {
      const offset = end + gap;
      end = offset + size;
      return { offset, size, slot };
    });
  });

function tableOf(chunks: readonly Placed[]): ProcessTrace {
  const next = chunks.map(({ slot }, at) => chunks.findIndex((other, later) => later > at && other.slot === slot));
  const slots = Math.max(...chunks.map(({ slot }) => slot)) + 1;
  const first = Array.from({ length: slots }, (_, slot) => chunks.findIndex((chunk) => chunk.slot === slot));
  const [offset, size] = [chunks.map(({ offset }) => offset), chunks.map(({ size }) => size)];
  return { chunks: { offset, size, next, first, slots } } as unknown as ProcessTrace;
}

test("only whole pages of replayed chunks are given back, each once, and in the end all of them", () => {
  fc.assert(
    fc.property(layouts, fc.array(fc.nat(), { maxLength: 8 }), (chunks, stops) => {
      const process = tableOf(chunks);
      const giving = new Giving();
      const given = new Set<number>();
      const isFree = (page: number, unfinished: readonly number[]) => {
        const inside = chunks.filter(
          ({ offset, size, slot }, at) =>
            at < unfinished[slot] && offset < (page + 1) * PAGE && offset + size > page * PAGE,
        );
        const bytes = inside.reduce(
          (sum, { offset, size }) => sum + Math.min(offset + size, (page + 1) * PAGE) - Math.max(offset, page * PAGE),
          0,
        );
        return bytes === PAGE;
      };
      const pages = Math.ceil((chunks.at(-1)!.offset + chunks.at(-1)!.size) / PAGE);
      let until = 0;
      for (const stop of [...stops, chunks.length]) {
        until = Math.max(until, stop % (chunks.length + 1));
        // The chunk at which each slot is: the first one from there on, or else its last one.
        const unfinished = process.chunks.first.slice() as unknown as number[];
        for (let slot = 0; slot < unfinished.length; slot++) {
          for (let at = unfinished[slot]; at >= 0; at = process.chunks.next[at]) {
            unfinished[slot] = at;
            if (at >= until) break;
          }
        }
        giving.look(process, { chunk: unfinished } as unknown as SlotTable);
        const isLast = until === chunks.length;
        for (let turn = 0; turn < (isLast ? 100 : 1); turn++) {
          for (const { from, to } of giving.take(2, isLast ? 1e12 : 3 * PAGE)) {
            expect(from % PAGE).toBe(0);
            expect(to).toBeGreaterThan(from);
            for (let page = from / PAGE; page < to / PAGE; page++) {
              expect(given.has(page)).toBe(false);
              expect(isFree(page, unfinished)).toBe(true);
              given.add(page);
            }
          }
        }
        if (!isLast) continue;
        for (let page = 0; page < pages; page++) expect(given.has(page)).toBe(isFree(page, unfinished));
        expect(giving.given).toBe(given.size * PAGE);
      }
    }),
  );
});
