/**
 * The goroutines that exist, by id. A program makes and ends millions, so this is looked up, filled and emptied all the
 * time; a Map of all would grow and shrink with garbage. Go gives ids in blocks of 16: so they are kept in pages of 16,
 * and the pages that were used last are found without a Map.
 */
import { Resource } from "./resource.js";

const BITS = 4;
const SLOTS = 1 << BITS;
const RECENT = 1 << 10;
/** Ended goroutines that are kept to be used again. */
const SPARE = 1 << 10;
/** A Map of JavaScript cannot hold many more. */
const MOST = 1 << 23;

interface Page {
  readonly number: number;
  readonly goroutines: (Resource | undefined)[];
  live: number;
}

/** Id of a goroutine that is gone. */
const GONE = -2;

export class Goroutines {
  private readonly pages = new Map<number, Page>();
  private readonly recent: (Page | undefined)[] = new Array(RECENT).fill(undefined);
  /** Goroutines whose ids do not fit 31 bits. */
  private readonly others = new Map<number, Resource>();
  private readonly spare: Resource[] = [];

  get(id: number): Resource | undefined {
    if (id !== (id & 0x7fffffff)) return this.others.get(id);
    const page = this.page(id >> BITS);
    return page === undefined ? undefined : page.goroutines[id & (SLOTS - 1)];
  }

  /** Adds a goroutine that is not there; undefined when there is room for no more. */
  add(id: number, status: number, generation: number): Resource | undefined {
    let goroutine = this.spare.pop();
    if (goroutine) goroutine.renew(id, status, generation);
    else goroutine = new Resource(id, status, generation);
    if (id !== (id & 0x7fffffff)) {
      if (this.others.size >= MOST) return undefined;
      this.others.set(id, goroutine);
      return goroutine;
    }
    const number = id >> BITS;
    let page = this.page(number);
    if (page === undefined) {
      if (this.pages.size >= MOST) return undefined;
      page = { number, goroutines: new Array<Resource | undefined>(SLOTS).fill(undefined), live: 0 };
      this.pages.set(number, page);
      this.recent[number & (RECENT - 1)] = page;
    }
    page.live++;
    page.goroutines[id & (SLOTS - 1)] = goroutine;
    return goroutine;
  }

  /** Takes out a goroutine, which from now on has no id. */
  remove(goroutine: Resource): void {
    const { id } = goroutine;
    goroutine.id = GONE;
    if (this.spare.length < SPARE) this.spare.push(goroutine);
    if (id !== (id & 0x7fffffff)) {
      this.others.delete(id);
      return;
    }
    const number = id >> BITS;
    const page = this.page(number)!;
    page.goroutines[id & (SLOTS - 1)] = undefined;
    if (--page.live > 0) return;
    this.pages.delete(number);
    this.recent[number & (RECENT - 1)] = undefined;
  }

  private page(number: number): Page | undefined {
    const recent = this.recent[number & (RECENT - 1)];
    if (recent !== undefined && recent.number === number) return recent;
    const page = this.pages.get(number);
    if (page !== undefined) this.recent[number & (RECENT - 1)] = page;
    return page;
  }
}
