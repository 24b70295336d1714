/**
 * The memory that threads have in common which replay shares of a trace: each has a log that all others read, a ring of words.
 * Nothing is locked: every word has one thread that writes it, but for two counters.
 */
import { grown } from "../../base/columns.js";

/** Words of a log. */
const LOG = 1 << 16;
/** Seconds without a sign of life of any thread after which the others give up, and while a thread has not begun. */
const PATIENCE = 30;
const STARTING = 2;
/** In place of an activity: the share is not idle. */
const BUSY = -1;

/** Words in front of those of the shares. */
enum Word {
  /** Counts all that may interest a thread that waits. */
  change,
  /** Counts what may give an idle share something to do. */
  activity,
  failed,
  /** Counts what was taken of what there is to do, and what is done. */
  taken,
  done,
  size = 16,
}

/** Words of a share; the last are, by reader, how many words of the log it has read. */
enum ShareWord {
  /** Words of the log in all, modulo 2^32. */
  written,
  /** The activity at which it found nothing to do. */
  idle,
  /** The slot that has waited longest. */
  slot,
  /** Changes as long as the thread works; 0 until it begins. */
  beat,
  /** How many nodes it will have, as far as can be told. */
  nodes,
  read,
}

/** Numbers of a share. */
enum ShareNumber {
  /** When the goroutine began that has waited longest; infinite if none waits. */
  begin,
  size,
}

/** @param log words of a log, a power of two */
export function boardMemory(shares: number, log = LOG): SharedArrayBuffer {
  const { words, bytes } = layout(shares, log);
  const memory = new SharedArrayBuffer(bytes);
  for (let share = 0; share < shares; share++) {
    new Int32Array(memory)[words + share * (ShareWord.read + shares) + ShareWord.idle] = BUSY;
  }
  return memory;
}

function layout(shares: number, log: number) {
  const words = Word.size;
  const numbers = Math.ceil((words + shares * (ShareWord.read + shares)) / 2);
  const logs = 2 * (numbers + shares * ShareNumber.size);
  return { words, numbers, logs, bytes: 4 * (logs + shares * log) };
}

/** Receives a message of another share: the `length` words from `at` on. */
export type Receiver = (from: number, words: Int32Array, at: number, length: number) => void;

/** What one share does with the memory. */
export class Board {
  private readonly words: Int32Array;
  private readonly numbers: Float64Array;
  private readonly places: ReturnType<typeof layout>;
  /** Words that are not in the log yet. */
  private queue = new Int32Array(256);
  private queued = 0;
  /** By share: the beginning of a message, and its words. */
  private readonly partial: { words: Int32Array<ArrayBuffer>; count: number }[];

  /**
   * The share begins.
   *
   * @param own the number of the share
   * @param memory of {@link boardMemory}, with the same `shares` and `log`
   */
  constructor(
    private readonly shares: number,
    private readonly own: number,
    memory: SharedArrayBuffer,
    private readonly log = LOG,
  ) {
    this.places = layout(shares, log);
    this.words = new Int32Array(memory);
    this.numbers = new Float64Array(memory, 0, Math.floor(memory.byteLength / 8));
    this.partial = Array.from({ length: shares }, () => ({ words: new Int32Array(64), count: 0 }));
    this.beat();
  }

  /** All shares give up. */
  fail(): void {
    Atomics.store(this.words, Word.failed, 1);
    this.changed();
  }

  get hasFailed(): boolean {
    return Atomics.load(this.words, Word.failed) !== 0;
  }

  /** Adds a message to the log, at the next {@link exchange} or later: the first `length` words. */
  send(message: ArrayLike<number>, length: number): void {
    const queue = grown(this.queue, this.queued + length + 1);
    queue[this.queued++] = length;
    for (let i = 0; i < length; i++) queue[this.queued++] = message[i];
    this.queue = queue;
  }

  /** Writes what is to be sent, as far as there is room, and reads what others have sent. @returns whether anything was */
  exchange(receiver: Receiver): boolean {
    this.beat();
    let hasMoved = this.write();
    for (let share = 0; share < this.shares; share++) {
      if (share !== this.own && this.read(share, receiver)) hasMoved = true;
    }
    if (hasMoved) this.act();
    return hasMoved;
  }

  /** Takes one of the things that are there for all shares, numbered from 0 on. */
  take(): number {
    return Atomics.add(this.words, Word.taken, 1);
  }

  /** Something was done. @returns how much was done by all shares */
  tick(): number {
    this.beat();
    return Atomics.add(this.words, Word.done, 1) + 1;
  }

  /** Whether the thread of a share runs. What it has taken, it took after it began. */
  hasBegun(share: number): boolean {
    return Atomics.load(this.words, this.word(share, ShareWord.beat)) !== 0;
  }

  /** This thread works. */
  private beat(): void {
    Atomics.add(this.words, this.word(this.own, ShareWord.beat), 1);
  }

  /** Sets how many nodes this share will have. @returns how many all shares will have together: those that have set none, as many */
  expect(nodes: number): number {
    const { words, shares, own } = this;
    this.beat();
    Atomics.store(words, this.word(own, ShareWord.nodes), Math.min(nodes, 0x7fffffff));
    let sum = 0;
    for (let share = 0; share < shares; share++) sum += Atomics.load(words, this.word(share, ShareWord.nodes)) || nodes;
    return sum;
  }

  /** Something happened that may give others something to do. */
  act(): void {
    Atomics.add(this.words, Word.activity, 1);
    this.changed();
  }

  get activity(): number {
    return Atomics.load(this.words, Word.activity);
  }

  /**
   * This share found nothing to do.
   *
   * @param since the activity before it looked
   * @param waiting when the goroutine began that has waited longest, and its slot
   */
  rest(since: number, waiting: { readonly begin: number; readonly slot: number }): void {
    const { words, own } = this;
    this.numbers[this.number(own, ShareNumber.begin)] = waiting.begin;
    Atomics.store(words, this.word(own, ShareWord.slot), waiting.slot);
    if (Atomics.exchange(words, this.word(own, ShareWord.idle), since) !== since) this.changed();
  }

  /** Whether all shares rest since this activity, so that nothing happens any more. */
  isQuiet(since: number): boolean {
    for (let share = 0; share < this.shares; share++) {
      if (Atomics.load(this.words, this.word(share, ShareWord.idle)) !== since) return false;
    }
    return this.activity === since;
  }

  /** While all is quiet: the share with the goroutine that has waited longest, undefined if none waits. */
  longestWaiting(): number | undefined {
    let first = 0;
    for (let share = 1; share < this.shares; share++) if (this.isBefore(share, first)) first = share;
    return this.beginIn(first) === Number.POSITIVE_INFINITY ? undefined : first;
  }

  /** Waits; gives up if no other thread works any more, or one does not begin to. */
  waitUntil(isOver: () => boolean): void {
    const { words } = this;
    let beats = this.beats();
    for (let seconds = 0; ; ) {
      const change = Atomics.load(words, Word.change);
      if (isOver() || this.hasFailed) return;
      if (Atomics.wait(words, Word.change, change, 1000) !== "timed-out") continue;
      const now = this.beats();
      seconds = now === beats ? seconds + 1 : 0;
      beats = now;
      if (seconds >= (this.haveAllBegun ? PATIENCE : STARTING)) this.fail();
    }
  }

  /** Waits for a message. @returns undefined if a share gave up */
  receive<T>(line: { receive(): T | undefined }): T | undefined {
    let message: T | undefined;
    this.waitUntil(() => {
      message = line.receive();
      return message !== undefined;
    });
    return message;
  }

  /** Wakes all threads that wait. */
  changed(): void {
    Atomics.add(this.words, Word.change, 1);
    Atomics.notify(this.words, Word.change);
  }

  private isBefore(a: number, b: number): boolean {
    const slot = (share: number) => Atomics.load(this.words, this.word(share, ShareWord.slot));
    const difference = this.beginIn(a) - this.beginIn(b);
    return difference < 0 || (difference === 0 && slot(a) < slot(b));
  }

  private beginIn(share: number): number {
    return this.numbers[this.number(share, ShareNumber.begin)];
  }

  private get haveAllBegun(): boolean {
    for (let share = 0; share < this.shares; share++) if (!this.hasBegun(share)) return false;
    return true;
  }

  private beats(): number {
    let sum = 0;
    for (let share = 0; share < this.shares; share++) sum += Atomics.load(this.words, this.word(share, ShareWord.beat));
    return sum;
  }

  private write(): boolean {
    const { words, own, log, queue } = this;
    if (this.queued === 0) return false;
    const at = this.word(own, ShareWord.written);
    const written = words[at];
    let room = log;
    for (let reader = 0; reader < this.shares; reader++) {
      if (reader === own) continue;
      const read = Atomics.load(words, this.word(own, ShareWord.read + reader));
      room = Math.min(room, log - ((written - read) | 0));
    }
    const count = Math.min(room, this.queued);
    const base = this.places.logs + own * log;
    for (let i = 0; i < count; i++) words[base + ((written + i) & (log - 1))] = queue[i];
    Atomics.store(words, at, (written + count) | 0);
    queue.copyWithin(0, count, this.queued);
    this.queued -= count;
    return count > 0;
  }

  private read(share: number, receiver: Receiver): boolean {
    const { words, log } = this;
    const at = this.word(share, ShareWord.read + this.own);
    const from = words[at];
    const count = (Atomics.load(words, this.word(share, ShareWord.written)) - from) | 0;
    if (count === 0) return false;
    const partial = this.partial[share];
    partial.words = grown(partial.words, partial.count + count);
    const base = this.places.logs + share * log;
    for (let i = 0; i < count; i++) partial.words[partial.count++] = words[base + ((from + i) & (log - 1))];
    Atomics.store(words, at, (from + count) | 0);
    let done = 0;
    while (done < partial.count && done + partial.words[done] < partial.count) {
      receiver(share, partial.words, done + 1, partial.words[done]);
      done += 1 + partial.words[done];
    }
    partial.words.copyWithin(0, done, partial.count);
    partial.count -= done;
    return true;
  }

  private word(share: number, place: number): number {
    return this.places.words + share * (ShareWord.read + this.shares) + place;
  }

  private number(share: number, place: ShareNumber): number {
    return this.places.numbers + share * ShareNumber.size + place;
  }
}
