/**
 * Builds the call tree of a process from its events.
 *
 * 1. The prescan (prescan.ts) lists the goroutines that need their parent's stack at a certain time.
 * 2. Chunks are replayed in file order, each onto the stack of its slot (stacks.ts).
 * 3. A begin record attaches the new goroutine to the frame that was open at its spawn record or, without one, to a
 *    frame of the parent goroutine. If the spawn record, or the parent at that time, has not been replayed yet, the
 *    slot is parked; its later chunks are skipped and fetched again when it resumes.
 * 4. Slots still parked at the end wait for one another: the earliest goroutine among them becomes a root, then the
 *    others may resume, and so on.
 *
 * Memory: nodes (distinct call paths), open frames, 20 bytes per chunk, 40 bytes per goroutine without a spawn record,
 * two bits per goroutine, and 28 bytes per goroutine for later walks; see {@link TreeBuilder.forget}.
 */
import { ChunkReader, chunkAt, RecordDecoder, Status } from "../../calltrace/index.js";
import { EdgeKind } from "../tree.js";
import { AttachmentTable } from "./attachments.js";
import type { CallStacks } from "./call-stacks.js";
import { EdgeTable } from "./edges.js";
import { NO_NODE, ROOT } from "./nodes.js";
import { ParentInference } from "./parent-inference.js";
import { ParkedSlots } from "./parked-slots.js";
import { type Place, Places } from "./places.js";
import type { Prescan } from "./prescan.js";
import type { Fetch, OtherShares, Reach, Replayable } from "./reach.js";
import { windowOf } from "./scope.js";
import { type Parked, SlotTable, servesOf } from "./slots.js";
import { asksForParent, spawnChunk } from "./spawn-chunk.js";
import { SpawnTable } from "./spawns.js";
import { type ReplayOptions, stacksFor } from "./stacks-for.js";

export class TreeBuilder {
  readonly stacks: CallStacks;
  readonly edges = new EdgeTable();
  readonly attachments: AttachmentTable;
  readonly slots: SlotTable;
  readonly parents: ParentInference;
  readonly spawns: SpawnTable;
  private readonly places: Places;
  readonly parkedSlots: ParkedSlots;
  private readonly decoder: RecordDecoder;
  private chunk = 0;
  private slot = 0;
  /** The latest chunk of {@link chunkwise}. */
  private reached = 0;

  constructor(
    private readonly process: Replayable,
    prescan: Pick<Prescan, "queries">,
    options: ReplayOptions = {},
    private readonly reader: Fetch = new ChunkReader(process.source),
    private readonly reach?: Reach,
    private readonly others?: OtherShares,
  ) {
    this.slots = new SlotTable(process.chunks, windowOf(0, options));
    this.stacks = stacksFor(process, this.slots, this, options);
    this.spawns = new SpawnTable(process.chunks.ring !== undefined);
    this.attachments = new AttachmentTable(process.chunks.slots);
    this.parents = new ParentInference(process, prescan, this.slots, this.stacks);
    const passed = (chunk: number, offset: number) => this.passed(chunk, offset);
    this.places = new Places(process.chunks, this.parents, this.spawns, passed, () => reach?.guessed());
    this.parkedSlots = new ParkedSlots(this.slots);
    this.decoder = new RecordDecoder(process.clock);
  }

  /** Replays the whole trace. */
  replay(progress?: (bytes: number) => void): void {
    for (const bytes of this.chunkwise()) progress?.(bytes);
    this.finish();
  }

  /** Replays what does not have to wait, a chunk at a time; yields the number of bytes done. */
  *chunkwise(): Generator<number> {
    const { chunks } = this.process;
    const { slots, others } = this;
    for (let chunk = 0; chunk < chunks.count; chunk++) {
      const slot = chunks.slot[chunk];
      if (others?.owns(slot) === false) continue;
      if (slots.chunk[slot] <= chunk && slots.chunk[slot] >= 0 && !slots.parked.has(slot)) {
        this.advance(slot, chunk);
        this.settle(chunk);
      }
      this.reached = chunk;
      yield chunks.offset[chunk] + chunks.size[chunk];
    }
    this.reached = chunks.count;
  }

  /** Replays what is new in a trace that grows. */
  replayNew(): void {
    const { chunks } = this.process;
    const { slots } = this;
    slots.grow();
    this.attachments.growTo(chunks.slots);
    for (let slot = 0; slot < chunks.slots; slot++) {
      if (slots.chunk[slot] < 0 || slots.parked.has(slot)) continue;
      this.advance(slot, chunks.count);
      this.settle(chunks.count);
    }
  }

  /** There will be no walk: what only that needs is not kept. */
  forget(): void {
    this.attachments.forget();
    this.spawns.forget();
  }

  /** Answers the queries by goroutines that began before `time`; no goroutine has further records before that. */
  answerBefore(time: number): void {
    for (const slot of [...this.slots.queries.keys()]) if (!this.slots.parked.has(slot)) this.capture(slot, time);
    this.settle(this.process.chunks.count);
  }

  /** Called when all has been replayed that does not have to wait. */
  finish(): void {
    while (this.resumeEarliest());
  }

  /**
   * The earliest of the slots that wait for one another waits for a goroutine whose first event is later, so that had no open
   * frame yet. The others must go on waiting: what they wait for may come now. @returns false if no slot waits
   */
  resumeEarliest(): boolean {
    const slot = this.parkedSlots.earliest();
    if (slot === undefined) return false;
    const { begin, query } = this.slots.parked.get(slot)!;
    const starter = query === NO_NODE ? begin.parentGoid : this.parents.asked(query);
    this.attach(slot, begin, { node: ROOT, kind: EdgeKind.approximate, starter });
    this.advance(slot, this.process.chunks.count);
    this.settle(this.process.chunks.count);
    return true;
  }

  /** Time of the last event. */
  last(): number {
    return this.slots.floor.reduce((last, time) => Math.max(last, time), 0);
  }

  /** Ends the frames that are still open after the replay. */
  close(end: number): void {
    const { floor } = this.slots;
    for (let slot = 0; slot < floor.length; slot++) this.stacks.abandon(slot, Math.max(end, floor[slot]));
  }

  /** Resumes the slots that may, up to a chunk; by default, up to where the replay is. */
  settle(chunk = this.reached): void {
    const { parkedSlots } = this;
    for (let slot = parkedSlots.next(); slot !== undefined; slot = parkedSlots.next()) this.advance(slot, chunk);
  }

  /** Replays the chunks of a slot from its position up to chunk `until`, or until it has to park. */
  private advance(slot: number, until: number): void {
    const { chunks } = this.process;
    const { slots, decoder, reach, others } = this;
    this.slot = slot;
    let resumed = slots.parked.get(slot);
    for (let chunk = slots.chunk[slot]; chunk >= 0 && chunk <= until; chunk = slots.chunk[slot]) {
      const state = resumed?.state ?? slots.within.get(slot);
      const limit = reach === undefined ? chunks.filled[chunk] : reach.limit(slot, chunk);
      const isComplete = reach === undefined || reach.isComplete(slot, chunk);
      const from = state === undefined ? chunks.body[chunk] : state.position * 2;
      if (limit <= from && resumed === undefined && reach !== undefined) {
        if (!isComplete) return;
        slots.within.delete(slot);
        this.leave(slot, chunk);
        continue;
      }
      this.chunk = chunk;
      const [offset, whole] = [chunks.offset[chunk], chunks.size[chunk]];
      // The header matters only where no state is known.
      const first = state === undefined ? 0 : from;
      const { window, index, end } = this.reader.fetch(offset, whole, chunk === until, first, limit);
      const size = Math.min(limit, end);
      decoder.open(window.u16, index, size, slots.floor[slot], chunks.body[chunk]);
      if (state !== undefined) decoder.resume(state);
      slots.within.delete(slot);
      if (resumed !== undefined) {
        // A slot that was forced to resume is already attached.
        if (slots.goid[slot] !== resumed.begin.goid && !this.place(slot, resumed)) return;
        slots.parked.delete(slot);
        resumed = undefined;
      }
      const open = { units: window.u16, index, size };
      do {
        this.stacks.run(slot, decoder, open, reach);
        if (decoder.status === Status.begin && !this.begin(slot)) {
          slots.floor[slot] = decoder.latest;
          this.wake(slot);
          return;
        }
      } while (decoder.status === Status.begin);
      slots.floor[slot] = decoder.latest;
      if (size < limit && decoder.offset > from) {
        slots.within.set(slot, decoder.state());
        continue;
      }
      if (!isComplete) {
        slots.within.set(slot, decoder.state());
        this.wake(slot);
        return;
      }
      this.leave(slot, chunk);
      if (others?.replayed(chunk) === false) return;
    }
  }

  /** A slot has no more records in a chunk. */
  private leave(slot: number, chunk: number): void {
    this.slots.chunk[slot] = this.process.chunks.next[chunk];
    if (this.slots.chunk[slot] < 0) this.capture(slot, Number.POSITIVE_INFINITY);
    this.wake(slot);
  }

  /**
   * The slot now belongs to another goroutine: closes the old one and attaches the new one. False if it must wait for that.
   */
  private begin(slot: number): boolean {
    const { slots, decoder } = this;
    this.reach?.check(slot, decoder.begin.time);
    this.capture(slot, decoder.begin.time);
    this.parents.bury(slot, decoder.begin.time, this.answered);
    this.stacks.abandon(slot, slots.floor[slot]);
    slots.root[slot] = NO_NODE;
    const { chunks } = this.process;
    const query = asksForParent(chunks, decoder.begin) ? this.parents.take(slot) : NO_NODE;
    if (this.place(slot, { begin: decoder.begin, query })) return true;
    const parked: Parked = { begin: { ...decoder.begin }, state: decoder.state(), query };
    slots.goid[slot] = NO_NODE;
    const spawner = query === NO_NODE ? chunks.slot[spawnChunk(chunks, decoder.begin)] : NO_NODE;
    this.parkedSlots.park(slot, parked, spawner);
    return false;
  }

  /** Attaches a goroutine; false if its place is not known yet. */
  private place(slot: number, parked: Pick<Parked, "begin" | "query">): boolean {
    const place = this.places.take(slot, parked);
    if (place !== undefined) this.attach(slot, parked.begin, place);
    return place !== undefined;
  }

  /** Whether the record at an offset of an events chunk has been replayed. */
  private passed(chunk: number, offset: number): boolean {
    const { chunks } = this.process;
    const spawner = chunks.slot[chunk];
    if (this.others?.owns(spawner) === false) return this.spawns.reaches(chunk, offset);
    const current = this.slots.chunk[spawner];
    if (current !== chunk) return current < 0 || current > chunk;
    const parked = this.slots.parked.get(spawner);
    const state = parked?.state ?? this.slots.within.get(spawner);
    if (state !== undefined) return chunks.offset[chunk] + state.position * 2 > offset;
    return spawner === this.slot && chunk === this.chunk && chunks.offset[chunk] + this.decoder.offset > offset;
  }

  private attach(
    slot: number,
    { goid, test, time, omitted }: Parked["begin"],
    { node, kind, starter, goStatement = 0 }: Place,
  ): void {
    const { slots } = this;
    slots.goid[slot] = goid;
    slots.attach[slot] = node;
    const name = test === 0 ? "" : (this.process.definitions.get(test)?.name ?? "");
    slots.start[slot] = time;
    slots.omitted[slot] = omitted;
    slots.test[slot] = name === "" ? 0 : 1;
    slots.edge[slot] = this.edges.number(kind, goStatement, name);
    slots.serves[slot] = servesOf(kind, name);
    this.stacks.open(slot, goid);
    this.attachments.add(slot, { goid, node, edge: slots.edge[slot], starter });
    this.parents.expect(slot, goid);
  }

  /** Called by the replay (see Listener). */
  spawn(slot: number, node: number, goStatement: number, at: number, time: number): void {
    this.stacks.hold(node);
    const offset = this.process.chunks.offset[this.chunk] + at;
    const spawn = { node, goStatement, goid: this.slots.goid[slot] };
    this.spawns.add(this.chunk, offset, spawn, time);
    this.others?.spawned(this.chunk, at, spawn);
  }

  /**
   * Called by the replay and at the end of a goroutine: resolves the parent queries of goroutines that began before
   * `time`.
   */
  capture(slot: number, time: number): void {
    this.parents.answer(slot, time, this.answered);
  }

  private readonly answered = (query: number, node: number) => {
    this.parkedSlots.answered(query);
    this.others?.answered(query, node);
  };

  /** Wakes the slots that wait for a spawn record of this one, if it has been passed. */
  wake(slot: number): void {
    const { chunks } = this.process;
    this.parkedSlots.passed(slot, (spawnRef) => this.passed(chunkAt(chunks, spawnRef), spawnRef));
  }
}
