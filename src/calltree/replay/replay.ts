/**
 * Walks the calls of a process trace, goroutine by goroutine. It reads slot by slot; the first replay has already
 * attached the goroutines, so none has to wait. Nodes have the numbers that the first replay gave them.
 */
import { ChunkReader, type ProcessTrace, RecordDecoder, Status } from "../../calltrace/index.js";
import { requireCalls } from "../given-back.js";
import { EdgeKind } from "../tree.js";
import type { AttachmentTable } from "./attachments.js";
import type { OpenChunk } from "./call-stacks.js";
import { CALL_EDGE, type EdgeTable } from "./edges.js";
import type { NodePaths } from "./node-paths.js";
import { ROOT } from "./nodes.js";
import { type Scope, windowOf } from "./scope.js";
import type { Begun, Walker } from "./walker.js";

/** The results of the first replay that later ones need. */
export interface Replayed {
  readonly process: ProcessTrace;
  readonly paths: NodePaths;
  readonly edges: Pick<EdgeTable, "list">;
  readonly attachments: AttachmentTable;
  /** The end time of frames that never returned. */
  readonly end: number;
}

const UNKNOWN: Begun = { goid: 0, parentGoid: 0, spawnRef: 0, time: 0, node: ROOT, edge: CALL_EDGE, starter: 0 };

/** Approximate number of events between two yields. */
const STEP = 4096;

/**
 * Replays a process; yields the number of bytes done every few thousand events.
 *
 * @param scope goroutines that are not in it may be left out
 * @throws UserError if the calls were given back
 */
export function* walkProcess(replayed: Replayed, scope: Scope, walker: Walker): Generator<number, void> {
  const { process, attachments, edges, end } = replayed;
  requireCalls(process);
  if (attachments.forgets) throw new Error("the places of goroutines were not kept for a walk");
  const { chunks } = process;
  const reader = new ChunkReader(process.source);
  const decoder = new RecordDecoder(process.clock);
  let done = 0;
  let since = 0;
  const isWanted = (goid: number) => windowOf(goid, scope).from !== Number.POSITIVE_INFINITY;
  for (let slot = 0; slot < chunks.slots; slot++) {
    if (!isWanted(0) && !attachments.some(slot, isWanted)) {
      for (let chunk = chunks.first[slot]; chunk >= 0; chunk = chunks.next[chunk]) done += chunks.size[chunk];
      continue;
    }
    const places = attachments.of(slot);
    let open = false;
    let floor = 0;
    walker.floor = 0;
    for (let chunk = chunks.first[slot]; chunk >= 0; chunk = chunks.next[chunk]) {
      const size = chunks.size[chunk];
      const base = chunks.offset[chunk];
      const { window, index } = reader.fetch(base, size, false);
      const part: OpenChunk = { units: window.u16, index, size: chunks.filled[chunk] };
      decoder.open(part.units, index, part.size, floor, chunks.body[chunk]);
      do {
        if (!open && hasRecord(decoder)) {
          walker.begin(UNKNOWN, 0);
          open = true;
        }
        const count = walker.run(decoder, part, base);
        if (decoder.status === Status.begin) {
          if (open) walker.end(walker.floor);
          const { value: place } = places.next();
          open = place !== undefined;
          if (place !== undefined) {
            const { goid, parentGoid, spawnRef, time, omitted } = decoder.begin;
            // What is at the place of the spawn record is another one, or nothing.
            const isFound = edges.list[place.edge].kind !== EdgeKind.approximate;
            walker.begin({ goid, parentGoid, spawnRef: isFound ? spawnRef : 0, time, ...place }, omitted);
          }
        }
        // Count batches as well: goroutines may have few events.
        since += count + 1;
        if (since > STEP) {
          yield done;
          since = 0;
        }
      } while (decoder.status === Status.more || decoder.status === Status.begin);
      floor = decoder.latest;
      walker.floor = floor;
      done += size;
    }
    if (open) walker.end(walker.isOpen ? Math.max(end, floor) : floor);
  }
}

/** Whether the next record is one of a call, not the beginning of a goroutine. */
function hasRecord(decoder: RecordDecoder): boolean {
  const state = decoder.state();
  const count = decoder.next(1);
  decoder.resume(state);
  return count > 0;
}
