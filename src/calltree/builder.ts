/**
 * Events to call tree, one process trace at a time.
 *
 * 1. A survey (survey.ts) lists the goroutines that need their parent's stack at a certain time.
 * 2. Chunks are replayed in file order, each onto the stack of its slot (stacks.ts).
 * 3. A begin record says where the new goroutine hangs: under the frame that was open at its spawn record, or, without
 *    one, under a frame of the parent goroutine. If the spawn record, or the parent at that time, has not been
 *    replayed yet, the slot is parked there; its later chunks are passed over, and fetched again when it goes on.
 * 4. Slots that still wait at the end wait for something that is not in the trace: their goroutines become roots.
 *
 * Memory: nodes (distinct call paths), open frames, 20 bytes a chunk, 24 bytes a goroutine without a spawn record.
 */
import { ChunkReader, chunkAt, type ProcessTrace, RecordDecoder, Status } from "../calltrace/index.js";
import { NO_FRAME } from "./frames.js";
import { Enclosing } from "./functions.js";
import { NO_NODE, NodeTable, ROOT } from "./nodes.js";
import { type Parked, SlotTable } from "./slots.js";
import { SpawnTable } from "./spawns.js";
import { Stacks } from "./stacks.js";
import { isRequest, type Survey } from "./survey.js";
import { EdgeKind } from "./tree.js";

/** An edge to an outermost frame of a goroutine; number 0 is a plain call. */
export interface Edge {
  readonly kind: EdgeKind;
  /** Id of the go statement, 0 for none. */
  readonly site: number;
}

export interface BuildOptions {
  /** One node per call instead of one per distinct path. */
  readonly noMerge?: boolean;
  /** With noMerge: calls shorter than this (ns) that keep nothing else in the tree are left out while building. */
  readonly minimum?: number;
  readonly depthLimit?: number;
  readonly pathLimit?: number;
}

export class TreeBuilder {
  readonly nodes: NodeTable;
  readonly stacks: Stacks;
  readonly edges: Edge[] = [{ kind: EdgeKind.call, site: 0 }];
  private readonly edgeNumbers = new Map<number, number>();
  private readonly slots: SlotTable;
  private readonly spawns = new SpawnTable();
  private readonly enclosing: Enclosing;
  private readonly reader: ChunkReader;
  private readonly decoder: RecordDecoder;
  /** By request: the node to hang under, or NO_NODE. */
  private readonly answers: Int32Array;
  /** By slot: its next request. */
  private readonly nextRequest: Int32Array;
  /** By slot: slots parked at one of its spawn records. */
  private readonly waiting = new Map<number, number[]>();
  /** By request: the slot that is parked at it. */
  private readonly asking = new Map<number, number>();
  /** Slots that can go on. */
  private readonly ready: number[] = [];
  private chunk = 0;
  private slot = 0;

  constructor(
    private readonly process: ProcessTrace,
    private readonly survey: Survey,
    options: BuildOptions = {},
  ) {
    this.nodes = new NodeTable(options.noMerge !== true, options.depthLimit, options.pathLimit);
    this.slots = new SlotTable(process.chunks);
    this.stacks = new Stacks(this.nodes, this.slots, this, options.noMerge === true ? (options.minimum ?? 0) : 0);
    this.enclosing = new Enclosing(process.definitions);
    this.reader = new ChunkReader(process.source);
    this.decoder = new RecordDecoder(process.clock);
    this.answers = new Int32Array(survey.requests.count).fill(NO_NODE);
    this.nextRequest = survey.requests.firstOfSlot.slice();
  }

  /** Replays the whole trace. */
  replay(progress?: (bytes: number) => void): void {
    const { chunks } = this.process;
    const { slots } = this;
    for (let chunk = 0; chunk < chunks.count; chunk++) {
      const slot = chunks.slot[chunk];
      if (slots.chunk[slot] <= chunk && slots.chunk[slot] >= 0 && !slots.parked.has(slot)) {
        this.advance(slot, chunk);
        this.settle(chunk);
      }
      progress?.(chunks.offset[chunk] + chunks.size[chunk]);
    }
    while (slots.parked.size > 0) {
      const stuck = [...slots.parked.keys()];
      stuck.sort((a, b) => (slots.parked.get(a)?.begin.time ?? 0) - (slots.parked.get(b)?.begin.time ?? 0));
      for (const slot of stuck) {
        const parked = slots.parked.get(slot);
        if (parked === undefined) continue;
        this.hang(slot, parked.begin.goid, ROOT, EdgeKind.approximate, 0);
        this.advance(slot, chunks.count);
        this.settle(chunks.count);
      }
    }
  }

  /** Whether the main goroutine has called this function, which then returned or was left by panic. */
  isDone(func: number): boolean {
    const { nodes, slots, stacks } = this;
    let called = false;
    for (let node = 1; node < nodes.count && !called; node++) {
      called =
        nodes.parent[node] === ROOT &&
        nodes.func[node] === func &&
        nodes.edge[node] === 0 &&
        !stacks.endings.goexits.has(node);
    }
    const open = (frame: number, slot: number) =>
      slots.top[slot] !== NO_FRAME &&
      nodes.parent[stacks.frames.node[frame]] === ROOT &&
      nodes.func[stacks.frames.node[frame]] === func;
    return called && !slots.bottom.some(open);
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

  private settle(chunk: number): void {
    for (let slot = this.ready.pop(); slot !== undefined; slot = this.ready.pop()) this.advance(slot, chunk);
  }

  /** Replays the chunks of a slot from where it stands up to chunk `until`, or until it has to park. */
  private advance(slot: number, until: number): void {
    const { chunks } = this.process;
    const { slots, decoder } = this;
    this.slot = slot;
    let resumed = slots.parked.get(slot);
    for (let chunk = slots.chunk[slot]; chunk >= 0 && chunk <= until; chunk = slots.chunk[slot]) {
      this.chunk = chunk;
      const size = chunks.size[chunk];
      const { window, index } = this.reader.fetch(chunks.offset[chunk], size, chunk === until);
      decoder.open(window.u16, index, size, slots.floor[slot]);
      if (resumed !== undefined) {
        decoder.resume(resumed.state);
        // A slot that was forced to go on hangs already.
        if (slots.goid[slot] !== resumed.begin.goid && !this.place(slot, resumed)) return;
        slots.parked.delete(slot);
        resumed = undefined;
      }
      do {
        this.stacks.replay(slot, decoder, decoder.next());
        if (decoder.status === Status.begin && !this.begin(slot)) {
          slots.floor[slot] = decoder.latest;
          this.wake(slot);
          return;
        }
      } while (decoder.status === Status.more || decoder.status === Status.begin);
      slots.floor[slot] = decoder.latest;
      slots.chunk[slot] = chunks.next[chunk];
      if (slots.chunk[slot] < 0) this.capture(slot, Number.POSITIVE_INFINITY);
      this.wake(slot);
    }
  }

  /** Another goroutine has the slot: closes the old one. False if the slot must wait to know where it hangs. */
  private begin(slot: number): boolean {
    const { slots, decoder } = this;
    this.capture(slot, Number.POSITIVE_INFINITY);
    this.stacks.abandon(slot, slots.floor[slot]);
    slots.root[slot] = NO_NODE;
    const { parentGoid, spawnRef } = decoder.begin;
    let request = NO_NODE;
    if (isRequest(this.process, parentGoid, spawnRef)) {
      request = this.nextRequest[slot];
      this.nextRequest[slot] = this.survey.requests.nextOfSlot[request];
    }
    const parked: Parked = { begin: { ...decoder.begin }, state: decoder.state(), request };
    if (this.place(slot, parked)) return true;
    slots.goid[slot] = NO_NODE;
    slots.parked.set(slot, parked);
    if (request !== NO_NODE) this.asking.set(request, slot);
    else {
      const spawner = this.process.chunks.slot[chunkAt(this.process.chunks, spawnRef)];
      const list = this.waiting.get(spawner);
      if (list === undefined) this.waiting.set(spawner, [slot]);
      else list.push(slot);
    }
    return false;
  }

  /** Finds where a goroutine hangs; false if that is not known yet. */
  private place(slot: number, { begin, request }: Parked): boolean {
    const { goid, parentGoid, spawnRef } = begin;
    if (parentGoid === 0 && spawnRef === 0) {
      // Goroutine 1 is the main one; others without a parent were started by the runtime, for timers for instance.
      this.hang(slot, goid, ROOT, goid === 1 ? EdgeKind.call : EdgeKind.approximate, 0);
      return true;
    }
    if (request !== NO_NODE) {
      const node = this.answers[request];
      if (node === NO_NODE) return false;
      this.hang(slot, goid, node, EdgeKind.approximate, 0);
      return true;
    }
    const { chunks } = this.process;
    const chunk = chunkAt(chunks, spawnRef);
    if (chunk < 0) {
      this.hang(slot, goid, ROOT, EdgeKind.approximate, 0);
      return true;
    }
    if (!this.passed(chunk, spawnRef)) return false;
    const spawn = this.spawns.find(chunk, spawnRef);
    if (spawn === undefined) this.hang(slot, goid, ROOT, EdgeKind.approximate, 0);
    else {
      const kind = spawn.goid === parentGoid ? EdgeKind.exact : EdgeKind.indirect;
      this.hang(slot, goid, spawn.node, kind, spawn.site);
    }
    return true;
  }

  /** Whether the record at an offset of an events chunk has been replayed. */
  private passed(chunk: number, offset: number): boolean {
    const { chunks } = this.process;
    const spawner = chunks.slot[chunk];
    const current = this.slots.chunk[spawner];
    if (current !== chunk) return current < 0 || current > chunk;
    const parked = this.slots.parked.get(spawner);
    if (parked !== undefined) return chunks.offset[chunk] + parked.state.position * 2 > offset;
    return spawner === this.slot && chunk === this.chunk && chunks.offset[chunk] + this.decoder.offset > offset;
  }

  private hang(slot: number, goid: number, node: number, kind: EdgeKind, site: number): void {
    const { slots } = this;
    slots.goid[slot] = goid;
    slots.attach[slot] = node;
    slots.edge[slot] = this.edgeNumber(kind, site);
    slots.capture[slot] = Number.POSITIVE_INFINITY;
    const { requests } = this.survey;
    let request = requests.heads.get(goid, NO_NODE);
    if (request === NO_NODE) return;
    requests.heads.set(goid, NO_NODE);
    const list: number[] = [];
    for (; request !== NO_NODE; request = requests.link[request]) list.push(request);
    list.sort((a, b) => requests.time[b] - requests.time[a]);
    slots.requests.set(slot, list);
    slots.capture[slot] = requests.time[list[list.length - 1]];
  }

  private edgeNumber(kind: EdgeKind, site: number): number {
    if (kind === EdgeKind.call) return 0;
    const key = kind * 2 ** 32 + site;
    let number = this.edgeNumbers.get(key);
    if (number === undefined) {
      number = this.edges.push({ kind, site }) - 1;
      this.edgeNumbers.set(key, number);
    }
    return number;
  }

  /** Called by the replay: see Listener. */
  spawn(slot: number, node: number, site: number, at: number): void {
    this.stacks.hold(node);
    this.spawns.add(this.chunk, this.process.chunks.offset[this.chunk] + at, node, site, this.slots.goid[slot]);
  }

  /** Called by the replay, and at the end of a goroutine: answers the requests of goroutines that began before `time`. */
  capture(slot: number, time: number): void {
    const { slots, survey } = this;
    const list = slots.requests.get(slot);
    if (list === undefined) return;
    let request = list.pop();
    for (; request !== undefined && survey.requests.time[request] < time; request = list.pop()) {
      const node = this.frameAround(slot, survey.requests.func[request]);
      this.stacks.hold(node);
      this.answers[request] = node;
      const asker = this.asking.get(request);
      if (asker === undefined) continue;
      this.asking.delete(request);
      this.ready.push(asker);
    }
    if (request === undefined) slots.requests.delete(slot);
    else list.push(request);
    slots.capture[slot] = request === undefined ? Number.POSITIVE_INFINITY : survey.requests.time[request];
  }

  /** The innermost open frame whose function encloses `func`, else the outermost one, else the root. */
  private frameAround(slot: number, func: number): number {
    const { slots } = this;
    const { frames } = this.stacks;
    if (slots.top[slot] === NO_FRAME) return ROOT;
    const around = this.enclosing.of(func);
    if (around.size > 0) {
      for (let frame = slots.top[slot]; frame !== NO_FRAME; frame = frames.below[frame]) {
        if (around.has(this.nodes.func[frames.node[frame]])) return frames.node[frame];
      }
    }
    return frames.node[slots.bottom[slot]];
  }

  /** Looks at the slots that wait for a spawn record of this one. */
  private wake(slot: number): void {
    const list = this.waiting.get(slot);
    if (list === undefined) return;
    const { chunks } = this.process;
    const rest = list.filter((waiter) => {
      const parked = this.slots.parked.get(waiter);
      if (parked === undefined) return false;
      const { spawnRef } = parked.begin;
      if (!this.passed(chunkAt(chunks, spawnRef), spawnRef)) return true;
      this.ready.push(waiter);
      return false;
    });
    if (rest.length === 0) this.waiting.delete(slot);
    else this.waiting.set(slot, rest);
  }
}
