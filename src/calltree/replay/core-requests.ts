/**
 * The host's part in collecting requests (core/requests.ts): it makes signatures, and keeps the slowest requests.
 *
 * A node is a candidate for a handler if it is called by one of a chain: the outermost node of a request, or one that was called
 * once in each call of the chain's node above it. What is called again and again in the same request, or is not called once
 * where it would have to be, ceases to be a candidate: its calls are missing in later signatures. If the finished tree has it
 * as a handler all the same, nobody can tell any more which requests were its own; see callstats/collected.ts.
 */
import { Best } from "../../base/best.js";
import { grown } from "../../base/columns.js";
import type { ProcessTrace } from "../../calltrace/index.js";
import { FramePlace, NodeMark, NodePlace, SignaturePlace, StatePlace, StateWord, StepPlace } from "../codes.js";
import {
  bySlowness,
  type CollectedRequest,
  type CollectedRequests,
  packRequests,
  SLOWEST_KEPT,
} from "../collected-requests.js";
import { Ending } from "../ending.js";
import type { Core } from "./core.js";
import { readBlocks } from "./core-durations.js";
import { CoreRoots, type NamedRoot } from "./core-roots.js";
import { type SlotTable, TESTS } from "./slots.js";

/** Signatures of a root, from which on it gets rid of candidates; how often it may; and those of all roots together. */
const OF_ROOT = 1024;
const TRIES = 3;
const OF_ALL = SignaturePlace.most / 2;
/** From this number of signatures on, further tests have one together. */
const WITH_TESTS = SignaturePlace.most / 4;
/** From this number of calls on, what a node did says something about later ones. */
const TYPICAL = 16;

interface Signature {
  readonly root: number;
  /** Candidates in the order in which they were entered last. */
  readonly nodes: readonly number[];
}

export class CoreRequests {
  /**
   * By slot: calls of its goroutine; of its open request the number (negative if it was entered late), the time of its callees,
   * and the addresses of the signature and of the frame.
   */
  private entered = new Float64Array(0);
  private number = new Float64Array(0);
  private callees = new Float64Array(0);
  private signature = new Uint32Array(0);
  private open = new Uint32Array(0);
  private readonly signatures: Signature[] = [];
  private readonly known = new Map<string, number>();
  /** By root: signatures since candidates were dropped, and how often that was. */
  private readonly counts = new Map<number, { signatures: number; tries: number }>();
  private steps = 0;
  /** Of servers, or of functions that were named; of tests. */
  private readonly slowest = [0, 1].map(() => new Best<CollectedRequest>(SLOWEST_KEPT, bySlowness));
  private hasMore = false;
  private readonly roots: CoreRoots | undefined;
  /** Whether requests of the slot that is replayed are tests, if anything: then they are not passed on to handlers. */
  private isTest = false;
  /** The signature of tests that have none of their own. */
  private others = 0;

  /**
   * @param root functions whose calls are requests; by default, outermost calls on goroutines that may serve or run tests are
   * @param process with the functions
   */
  constructor(
    private readonly core: Core,
    private readonly slots: SlotTable,
    private readonly root: NamedRoot | undefined,
    process: Pick<ProcessTrace, "definitions">,
  ) {
    this.setLeast();
    this.roots = root && new CoreRoots(core, root, process);
  }

  /** Another goroutine begins on a slot. */
  begin(slot: number): void {
    this.grow();
    this.entered[slot] = 0;
  }

  /** Hands the state of a slot to the core. */
  load(slot: number): void {
    this.grow();
    this.isTest = this.root === undefined && this.slots.serves[slot] === TESTS;
    this.setLeast();
    this.roots?.look();
    const { floats, words, state, stateWords } = this.core;
    floats[state + StatePlace.entered] = this.entered[slot];
    floats[state + StatePlace.number] = this.number[slot];
    floats[state + StatePlace.callees] = this.callees[slot];
    words[stateWords + StateWord.serves] = this.root === undefined ? this.slots.serves[slot] : 0;
    words[stateWords + StateWord.open] = this.open[slot];
    words[stateWords + StateWord.signature] = this.signature[slot];
    words[stateWords + StateWord.unknown] = words[stateWords + StateWord.slow] = 0;
  }

  /** Takes the state of a slot back. */
  store(slot: number): void {
    const { floats, words, state, stateWords } = this.core;
    this.entered[slot] = floats[state + StatePlace.entered];
    this.number[slot] = floats[state + StatePlace.number];
    this.callees[slot] = floats[state + StatePlace.callees];
    this.signature[slot] = words[stateWords + StateWord.signature];
    this.open[slot] = words[stateWords + StateWord.open];
  }

  /** A call has begun: finds the signature of its request if the core does not know it. */
  enter(): void {
    const { words, stateWords } = this.core;
    const node = words[stateWords + StateWord.unknown];
    if (node === 0) return;
    words[stateWords + StateWord.unknown] = 0;
    const at = words[stateWords + StateWord.signature];
    words[stateWords + StateWord.signature] = at === 0 ? this.first(node) : this.following(at, node);
  }

  /** A call has ended, which may be a request. @param self its own time if it did not return */
  exit(slot: number, time: number, how: Ending, self?: number): void {
    const { floats, words, state, stateWords } = this.core;
    const frame = words[stateWords + StateWord.slow];
    if (frame === 0) return;
    words[stateWords + StateWord.slow] = 0;
    const start = floats[(frame + FramePlace.start) / 8];
    const duration = time - start;
    const signed = floats[state + StatePlace.number];
    const number = Math.abs(signed);
    this.slowest[Number(this.isTest)].add({
      signature: this.indexOf(words[stateWords + StateWord.signature]),
      ...{ goid: this.slots.goid[slot], number, start, duration, how, late: Number(signed < 0) },
      self: self ?? duration - floats[state + StatePlace.callees],
      calls: floats[state + StatePlace.entered] - number,
    });
    this.setLeast();
  }

  /** Tells the core how long a request must take to be one of the slowest. */
  private setLeast(): void {
    const { last } = this.slowest[Number(this.isTest)];
    this.core.exports.setLeast(last?.duration ?? Number.NEGATIVE_INFINITY);
  }

  /** A call did not return until `time`. */
  abandon(slot: number, frame: number, time: number, self: number): void {
    const { words, exports, stateWords } = this.core;
    if (frame !== words[stateWords + StateWord.open]) return;
    exports.endRequest(time);
    this.exit(slot, time, Ending.running, self);
  }

  /** What was collected; undefined if some of it is missing. */
  take(): CollectedRequests | undefined {
    const { core, signatures } = this;
    if (this.hasMore || this.roots?.hasMissed) return undefined;
    const durations = readBlocks(core, signatures.length, (index) => this.addressOf(index) + SignaturePlace.durations);
    if (durations === undefined) return undefined;
    const nodes = Array.from({ length: core.exports.count.value }, (_, node) => node);
    return {
      durations,
      signatures: Int32Array.from(signatures.flatMap(({ root, nodes }) => [nodes.length + 1, root, ...nodes])),
      candidates: Int32Array.from(nodes.filter((node) => this.isCandidate(node))),
      slowest: packRequests(this.slowest.flatMap((best) => best.sorted())),
      ...(this.root === undefined ? {} : { root: this.root.text }),
    };
  }

  /** The signature of requests with an outermost node that has not been one. */
  private first(node: number): number {
    const { core } = this;
    this.hasMore ||= this.signatures.length === SignaturePlace.most;
    if (this.hasMore) return this.addressOf(0);
    const root = core.indexOf(node);
    const isOther = this.isTest && this.signatures.length >= WITH_TESTS;
    const at = isOther && this.others !== 0 ? this.others : this.add({ root: isOther ? 0 : root, nodes: [] });
    if (isOther) this.others = at;
    core.words[core.starts / 4 + root] = at;
    // Calls beyond the limit of paths have no place of their own.
    if (this.root === undefined && !this.isTest && core.words[(node + NodePlace.edge) / 4] !== 0)
      core.units[(node + NodePlace.mark) / 2] = NodeMark.chain;
    return at;
  }

  /** The signature of a request that enters a candidate. */
  private following(from: number, address: number): number {
    const { root, nodes } = this.signatures[this.indexOf(from)];
    const node = this.core.indexOf(address);
    const { calls, above } = this.countsOf(node);
    if (nodes.includes(node) && calls >= above + TYPICAL) this.drop(node);
    else if (this.isTooMany(root)) this.dropSome(root);
    if (!this.isCandidate(node)) return from;
    const sequence = [...nodes.filter((one) => one !== node && this.isCandidate(one)), node];
    const key = `${root} ${sequence}`;
    const to = this.known.get(key) ?? this.add({ root, nodes: sequence });
    this.known.set(key, to);
    this.connect(from, address, to);
    return to;
  }

  private add(signature: Signature): number {
    const { core, counts } = this;
    const at = this.addressOf(this.signatures.push(signature) - 1);
    core.words[(at + SignaturePlace.last) / 4] =
      signature.nodes.length === 0 ? 0 : core.nodeAt(signature.nodes[signature.nodes.length - 1]);
    const own = counts.get(signature.root) ?? { signatures: 0, tries: 0 };
    counts.set(signature.root, own);
    own.signatures++;
    return at;
  }

  /** Lets the core find the way from one signature to another one. */
  private connect(from: number, node: number, to: number): void {
    const { words, steps } = this.core;
    const at = steps + StepPlace.size * this.steps++;
    words[(at + StepPlace.node) / 4] = node;
    words[(at + StepPlace.to) / 4] = to;
    words[(at + StepPlace.next) / 4] = words[(from + SignaturePlace.steps) / 4];
    words[(from + SignaturePlace.steps) / 4] = at;
  }

  private isTooMany(root: number): boolean {
    return (
      this.counts.get(root)!.signatures >= OF_ROOT ||
      this.signatures.length >= OF_ALL ||
      this.steps + 1 >= StepPlace.most
    );
  }

  /** Drops candidates of a root that are no handlers as far as one can tell; if these are none, all of them. */
  private dropSome(root: number): void {
    const counts = this.counts.get(root)!;
    const isLast = counts.signatures < OF_ROOT || ++counts.tries === TRIES;
    const own: number[] = [];
    const count = this.core.exports.count.value;
    for (let node = 0; node < count; node++) if (this.isCandidate(node) && this.rootOf(node) === root) own.push(node);
    const hopeless = own.filter((node) => !this.mayHandle(node));
    for (const node of isLast || hopeless.length === 0 ? own : hopeless) this.drop(node);
    counts.signatures = 0;
  }

  /** Whether a candidate may still be a handler: all nodes above are called once in each call, and take most of the time. */
  private mayHandle(node: number): boolean {
    const { calls, above } = this.countsOf(node);
    if (calls > 2 * above + NodeMark.often) return false;
    for (let at = this.parentOf(node); !this.isOutermost(at); at = this.parentOf(at)) {
      const { calls, above, total, totalAbove } = this.countsOf(at);
      if (calls < above || (above >= TYPICAL && total < totalAbove / 2)) return false;
    }
    return true;
  }

  private drop(node: number): void {
    const { core } = this;
    core.units[(core.nodeAt(node) + NodePlace.mark) / 2] &= ~(NodeMark.candidate | NodeMark.chain);
  }

  private isCandidate(node: number): boolean {
    return (this.core.units[(this.core.nodeAt(node) + NodePlace.mark) / 2] & NodeMark.candidate) !== 0;
  }

  /** Whether a node is that of outermost calls of goroutines. */
  private isOutermost(node: number): boolean {
    return node === 0 || this.core.words[(this.core.nodeAt(node) + NodePlace.edge) / 4] !== 0;
  }

  private rootOf(node: number): number {
    let at = node;
    while (!this.isOutermost(at)) at = this.parentOf(at);
    return at;
  }

  private parentOf(node: number): number {
    const { core } = this;
    return core.indexOf(core.words[(core.nodeAt(node) + NodePlace.parent) / 4]);
  }

  /** Calls of a node and its parent that have ended, and their times. */
  private countsOf(node: number): Record<"calls" | "above" | "total" | "totalAbove", number> {
    const { core } = this;
    const [own, parent] = [core.nodeAt(node), core.nodeAt(this.parentOf(node))];
    const calls = (at: number) => core.floats[(at + NodePlace.calls) / 8];
    const total = (at: number) => core.floats[(at + NodePlace.total) / 8];
    return { calls: calls(own), above: calls(parent), total: total(own), totalAbove: total(parent) };
  }

  private addressOf(index: number): number {
    return this.core.signatures + SignaturePlace.size * index;
  }

  private indexOf(address: number): number {
    return (address - this.core.signatures) / SignaturePlace.size;
  }

  private grow(): void {
    const { length } = this.slots.top;
    this.entered = grown(this.entered, length);
    this.number = grown(this.number, length);
    this.callees = grown(this.callees, length);
    this.signature = grown(this.signature, length);
    this.open = grown(this.open, length);
  }
}
