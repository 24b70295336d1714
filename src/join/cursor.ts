/** Reads the stays of a table. */
import { State, type StayCursor } from "../calltree/index.js";

/** What a cursor reads: the entries of a table, in blocks by goroutine. */
export interface Entries {
  /** The first block of a goroutine, -1 for none, and the end of its last stay. */
  find(goid: number): { readonly block: number; readonly end: number };
  /** The first entry of a block, the number of its entries, and the next block of the goroutine, -1 for none. */
  blockAt(block: number): { readonly start: number; readonly count: number; readonly next: number };
  beginOf(entry: number): number;
  stateOf(entry: number): number;
  reasonOf(entry: number): string;
  wakerOf(entry: number): number;
  placeOf(entry: number): string;
  wakerPlaceOf(entry: number): string;
}

export class TableCursor implements StayCursor {
  begin = 0;
  end = 0;
  state: number = State.unknown;
  private entry = 0;
  /** The end of the block, the block after it, and the end of the goroutine's last stay. */
  private blockEnd = 0;
  private following = -1;
  private last = 0;

  /** @param offset the time of the table that counts as 0 */
  constructor(
    private readonly table: Entries,
    private readonly offset: number,
  ) {}

  seek(goid: number, time: number): boolean {
    const { table, offset } = this;
    const { block, end } = table.find(goid);
    this.last = end - offset;
    if (block < 0 || this.last <= time) return false;
    this.open(block);
    // Whole blocks are passed over: one ends where the next begins.
    while (this.following >= 0) {
      const next = table.blockAt(this.following);
      if (table.beginOf(next.start) - offset > time) break;
      this.open(this.following);
    }
    while (this.end <= time) if (!this.next()) return false;
    return true;
  }

  next(): boolean {
    if (++this.entry < this.blockEnd) {
      this.look();
      return true;
    }
    if (this.following < 0) {
      this.entry = this.blockEnd;
      return false;
    }
    this.open(this.following);
    return true;
  }

  get reason(): string {
    return this.table.reasonOf(this.entry);
  }

  get waker(): number {
    return this.table.wakerOf(this.entry);
  }

  get place(): string {
    return this.table.placeOf(this.entry);
  }

  get wakerPlace(): string {
    return this.table.wakerPlaceOf(this.entry);
  }

  private open(block: number): void {
    const { start, count, next } = this.table.blockAt(block);
    this.entry = start;
    this.blockEnd = start + count;
    this.following = next;
    this.look();
  }

  private look(): void {
    const { table, entry, offset } = this;
    this.begin = table.beginOf(entry) - offset;
    this.state = table.stateOf(entry);
    if (entry + 1 < this.blockEnd) this.end = table.beginOf(entry + 1) - offset;
    else if (this.following >= 0) this.end = table.beginOf(table.blockAt(this.following).start) - offset;
    else this.end = this.last;
  }
}
