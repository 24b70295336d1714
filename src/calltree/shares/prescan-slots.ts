/** Prescans a trace in parts, each some slots: threads take one slot after another, the largest first. */
import { type ProcessTrace, Status } from "../../calltrace/index.js";
import { mappedChunks, type Prescan, Prescanner, type PrescanPart } from "../replay/prescan.js";

type Scanned = Pick<ProcessTrace, "chunks" | "clock" | "source">;

/** What one thread has found. */
export interface ScannedSlots extends PrescanPart {
  /** The slots, and `filled` of the table of chunks. */
  readonly slots: readonly number[];
  readonly filled: Uint32Array;
}

/**
 * Prescans slots.
 *
 * @param take the next slot, -1 for none
 * @param passed called with the number of chunks that were passed since the last call
 * @returns undefined if a record cannot be read: what of later chunks counts depends on their order
 */
export function scanSlots(
  process: Scanned,
  take: () => number,
  passed: (chunks: number) => void,
): ScannedSlots | undefined {
  const { chunks } = process;
  const { filled, first, next } = chunks;
  const scanner = new Prescanner(process);
  const slots: number[] = [];
  function* numbers() {
    for (let slot = take(); slot >= 0; slot = take()) {
      slots.push(slot);
      for (let chunk = first[slot]; chunk >= 0; chunk = next[chunk]) yield chunk;
    }
  }
  for (const { at, part } of mappedChunks(process, numbers(), false)) {
    const { status, end } = scanner.pass(at, part);
    if (status === Status.corrupt) return undefined;
    filled[at] = end;
    passed(1);
  }
  return { ...scanner.part(), slots, filled };
}

/** Puts together what was found in all slots. @returns undefined if it depends on the order of the slots */
export function joinSlots(process: ProcessTrace, parts: readonly (ScannedSlots | undefined)[]): Prescan | undefined {
  const { chunks, problem } = process;
  const whole = new Prescanner(process);
  for (const part of parts) {
    if (part === undefined || !whole.join(part)) return undefined;
    for (const slot of part.slots)
      for (let at = chunks.first[slot]; at >= 0; at = chunks.next[at]) chunks.filled[at] = part.filled[at];
  }
  whole.addressAll();
  const { queries, begun, events, goroutines } = whole;
  return { queries, begun, events, goroutines, ...(problem === undefined ? {} : { problem }) };
}
