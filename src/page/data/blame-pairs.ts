/** Packs and unpacks who made whom wait: pairs of paths, or of functions where the page does not have the path. */
import type { ByteReader, ByteWriter } from "../../base/varint.js";
import { Words } from "../../base/word-numbers.js";
import type { Blame } from "../../calltree/index.js";
import { readWords, writeWords } from "./words.js";

/** The most pairs of paths; of more, those with least time are summed up by function. */
const MAX_PAIRS = 5_000;

/** A path, or only a function. */
interface Place {
  /** 0 if the page does not have the path, or no traced call was open. */
  readonly node: number;
  /** -1 where no traced call was open. */
  readonly func: number;
}

/** As Blamed of the call tree. */
export interface PageBlamed {
  readonly waiter: Place;
  readonly culprit: Place;
  readonly state: number;
  readonly starts: boolean;
  readonly via: string;
  readonly cause: string;
  readonly time: number;
  readonly longest: number;
  readonly waits: number;
}

/** Who made whom wait. */
export interface PageBlame {
  readonly pairs: readonly PageBlamed[];
  /** Shorter waits are in no pair, nanoseconds. */
  readonly minimum: number;
}

/**
 * Writes the pairs.
 * @param func by node of the tree: its function
 * @param number by node of the tree: its number in the page; not positive if it is not there
 */
export function writeBlame(
  to: ByteWriter,
  { pairs, minimum }: Pick<Blame, "pairs" | "minimum">,
  func: Int32Array,
  number: Int32Array,
  most = MAX_PAIRS,
): void {
  const words = new Words();
  const rows = new Map<string, { head: readonly number[]; time: number; longest: number; waits: number }>();
  for (const [index, { waiter, culprit, state, starts, via, cause, time, longest, waits }] of pairs.entries()) {
    const place = (node: number) => {
      const page = index < most ? Math.max(0, number[node]) : 0;
      return page > 0 ? [page] : [0, node > 0 ? func[node] + 1 : 0];
    };
    const head = [
      ...place(waiter),
      ...place(culprit),
      state,
      starts ? 1 : 0,
      words.numberOf(via),
      words.numberOf(cause),
    ];
    const row = rows.get(head.join()) ?? { head, time: 0, longest: 0, waits: 0 };
    row.time += time;
    row.longest = Math.max(row.longest, longest);
    row.waits += waits;
    rows.set(head.join(), row);
  }
  writeWords(to, words.list);
  to.uint(Math.round(minimum));
  to.uint(rows.size);
  for (const { head, time, longest, waits } of rows.values()) {
    for (const value of [...head, Math.round(time), Math.round(longest), waits]) to.uint(value);
  }
}

/** Reads what {@link writeBlame} wrote. @param func by node of the page: its function */
export function readBlame(from: ByteReader, func: Int32Array): PageBlame {
  const words = readWords(from);
  const minimum = from.uint();
  const place = (): Place => {
    const node = from.uint();
    return node > 0 ? { node, func: func[node] } : { node, func: from.uint() - 1 };
  };
  const word = () => words[from.uint()] ?? "";
  const pairs = Array.from({ length: from.uint() }, () => ({
    waiter: place(),
    culprit: place(),
    state: from.uint(),
    starts: from.uint() === 1,
    via: word(),
    cause: word(),
    time: from.uint(),
    longest: from.uint(),
    waits: from.uint(),
  }));
  return { pairs, minimum };
}
