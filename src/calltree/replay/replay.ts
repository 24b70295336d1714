/**
 * Walks the calls of a process trace, goroutine by goroutine. It reads slot by slot; the first replay has already
 * attached the goroutines, so none has to wait. Nodes have the numbers that the first replay gave them.
 */
import { ChunkReader, type ProcessTrace, RecordDecoder, Status } from "../../calltrace/index.js";
import { requireCalls } from "../given-back.js";
import { EdgeKind } from "../tree.js";
import type { AttachmentTable } from "./attachments.js";
import { CALL_EDGE, type EdgeTable } from "./edges.js";
import type { NodePaths } from "./node-paths.js";
import { NO_NODE, type NodeTable, ROOT } from "./nodes.js";
import type { Observer } from "./observer.js";
import { type CountedTime, type Scope, windowOf } from "./scope.js";
import { SlotTable } from "./slots.js";
import { Stacks } from "./stacks.js";

/** The results of the first replay that later ones need. */
export interface Replayed {
  readonly process: ProcessTrace;
  readonly paths: NodePaths;
  readonly edges: Pick<EdgeTable, "list">;
  readonly attachments: AttachmentTable;
  /** The end time of frames that never returned. */
  readonly end: number;
}

/** A goroutine that begins; `node` and `edge` are the builder's numbers. */
export interface Begun {
  readonly goid: number;
  readonly parentGoid: number;
  readonly spawnRef: number;
  readonly time: number;
  readonly node: number;
  readonly edge: number;
  /** The goroutine in the trace that started it, directly or through goroutines that are not; 0 if unknown. */
  readonly starter: number;
}

/** Receives goroutines one after another, with their calls between `begin` and `end`. */
export interface WalkObserver extends Observer {
  /** @param window in which its calls count */
  begin(goroutine: Begun, window: CountedTime): void;
  /** @param ref the offset that the goroutine's begin record has as `spawnRef` */
  spawn(goStatement: number, time: number, ref: number): void;
  end(time: number): void;
}

const UNKNOWN: Begun = { goid: 0, parentGoid: 0, spawnRef: 0, time: 0, node: ROOT, edge: CALL_EDGE, starter: 0 };

/** Approximate number of events between two yields. */
const STEP = 4096;

/**
 * Replays a process; yields the number of bytes done every few thousand events.
 *
 * @param nodes the paths as a table, if what counts is to be added up there and in the result
 * @throws UserError if the calls were given back
 */
export function* walkProcess(
  replayed: Replayed,
  scope: Scope,
  observer: WalkObserver,
  nodes?: NodeTable,
): Generator<number, Stacks> {
  const { process, attachments, edges, end } = replayed;
  requireCalls(process);
  if (attachments.forgets) throw new Error("the places of goroutines were not kept for a walk");
  const { chunks } = process;
  const slots = new SlotTable(chunks, windowOf(0, scope));
  const reader = new ChunkReader(process.source);
  const decoder = new RecordDecoder(process.clock);
  let base = 0;
  const listener = {
    spawn: (_slot: number, _node: number, goStatement: number, at: number, time: number) =>
      observer.spawn(goStatement, time, base + at),
    capture: () => undefined,
  };
  const stacks = new Stacks(nodes ?? replayed.paths.table(), slots, listener, {
    ...{ ...scope, observer, counts: nodes !== undefined },
  });
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
    const start = (begun: Begun, omitted = 0) => {
      slots.goid[slot] = begun.goid;
      slots.attach[slot] = begun.node;
      slots.edge[slot] = begun.edge;
      slots.root[slot] = NO_NODE;
      slots.omitted[slot] = omitted;
      observer.begin(begun, stacks.open(slot, begun.goid));
      open = true;
    };
    const finish = (time: number) => {
      if (!open) return;
      stacks.abandon(slot, time);
      observer.end(time);
      open = false;
    };
    for (let chunk = chunks.first[slot]; chunk >= 0; chunk = chunks.next[chunk]) {
      const size = chunks.size[chunk];
      base = chunks.offset[chunk];
      const { window, index } = reader.fetch(base, size, false);
      decoder.open(window.u16, index, chunks.filled[chunk], slots.floor[slot], chunks.body[chunk]);
      do {
        const count = decoder.next();
        if (count > 0 && !open) start(UNKNOWN);
        stacks.replay(slot, decoder, count);
        if (count > 0) slots.floor[slot] = decoder.time[count - 1];
        if (decoder.status === Status.begin) {
          finish(slots.floor[slot]);
          const { value: place } = places.next();
          if (place !== undefined) {
            const { goid, parentGoid, spawnRef, time, omitted } = decoder.begin;
            // What is at the place of the spawn record is another one, or nothing.
            const isFound = edges.list[place.edge].kind !== EdgeKind.approximate;
            start({ goid, parentGoid, spawnRef: isFound ? spawnRef : 0, time, ...place }, omitted);
          }
        }
        // Count batches as well: goroutines may have few events.
        since += count + 1;
        if (since > STEP) {
          yield done;
          since = 0;
        }
      } while (decoder.status === Status.more || decoder.status === Status.begin);
      slots.floor[slot] = decoder.latest;
      done += size;
    }
    const isOpen = slots.top[slot] >= 0;
    finish(isOpen ? Math.max(end, slots.floor[slot]) : slots.floor[slot]);
  }
  return stacks;
}
