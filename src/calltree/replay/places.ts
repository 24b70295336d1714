/** Finds where a goroutine belongs in the tree: the frame that started it. */
import type { ChunkTable } from "../../calltrace/index.js";
import { EdgeKind } from "../tree.js";
import { NO_NODE, ROOT } from "./nodes.js";
import type { ParentInference } from "./parent-inference.js";
import type { Parked } from "./slots.js";
import { spawnChunk } from "./spawn-chunk.js";
import type { SpawnTable } from "./spawns.js";

/** Where a goroutine belongs. */
export interface Place {
  readonly node: number;
  readonly kind: EdgeKind;
  /** The goroutine in the trace that started it, directly or through goroutines that are not; 0 if unknown. */
  readonly starter: number;
  readonly goStatement?: number;
}

export class Places {
  /**
   * @param passed whether the record at an offset of an events chunk has been replayed
   * @param guessed called where a spawn record is not there, or not any more
   */
  constructor(
    private readonly chunks: ChunkTable,
    private readonly parents: Pick<ParentInference, "find" | "isCertain" | "asked" | "release">,
    private readonly spawns: Pick<SpawnTable, "take">,
    private readonly passed: (chunk: number, offset: number) => boolean,
    private readonly guessed: () => void,
  ) {}

  /** Takes the place of a goroutine that begins on a slot; undefined if it is not known yet. */
  take(slot: number, { begin, query }: Pick<Parked, "begin" | "query">): Place | undefined {
    const { goid, parentGoid, spawnRef, goStatement } = begin;
    if (query !== NO_NODE) {
      const node = this.parents.find(query);
      if (node === NO_NODE) return undefined;
      const kind = this.parents.isCertain(query) ? EdgeKind.exact : EdgeKind.approximate;
      const starter = this.parents.asked(query);
      this.parents.release(query, slot);
      return { node, kind, starter, goStatement };
    }
    const chunk = spawnChunk(this.chunks, begin);
    if (chunk < 0) {
      // Goroutine 1 is the main one; others without a parent were started by the runtime, for example for timers.
      const isMain = goid === 1 && parentGoid === 0 && spawnRef === 0;
      return { node: ROOT, kind: isMain ? EdgeKind.call : EdgeKind.approximate, starter: 0 };
    }
    if (!this.passed(chunk, spawnRef)) return undefined;
    const spawn = this.spawns.take(chunk, spawnRef, begin.time);
    if (spawn === undefined) {
      this.guessed();
      return { node: ROOT, kind: EdgeKind.approximate, starter: parentGoid };
    }
    const kind = spawn.goid === parentGoid ? EdgeKind.exact : EdgeKind.indirect;
    return { node: spawn.node, kind, starter: spawn.goid, goStatement: spawn.goStatement };
  }
}
