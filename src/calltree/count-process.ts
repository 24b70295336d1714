/** Counts the calls of a process: both passes over its trace. */
import type { ProcessTrace } from "../calltrace/index.js";
import { TreeBuilder } from "./replay/builder.js";
import { type Counted, completed } from "./replay/count.js";
import { type Prescan, prescan } from "./replay/prescan.js";
import { type CountOptions, SharedCount } from "./shares/threads.js";

/** Bytes of a process up to which compiling the core takes longer than doing without it. */
const SMALL = 1 << 20;

/** @param progress called with the number of the pass and the bytes of it that are done */
export function countProcess(
  process: ProcessTrace,
  { threads, ...options }: CountOptions,
  progress: (pass: number, bytes: number) => void,
): Counted {
  const isPlain = options.isPlain ?? process.length < SMALL;
  const shared = SharedCount.begin(process, { threads, ...options, isPlain });
  let facts: Prescan;
  try {
    const scanning = (bytes: number) => progress(0, bytes);
    facts = shared?.prescan(scanning) ?? prescan(process, scanning, isPlain);
    const counted = shared?.count(facts, (bytes) => progress(1, bytes));
    if (counted !== undefined) return counted;
  } finally {
    shared?.close();
  }
  const builder = new TreeBuilder(process, facts, { ...options, isPlain });
  builder.replay((bytes) => progress(1, bytes));
  return completed(process, facts, builder);
}
