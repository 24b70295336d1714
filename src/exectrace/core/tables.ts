/** Strings and stacks of the current generation, as far as the order of events needs them: which ones there are. */
import { Reason } from "../codes";
import { Cursor } from "./cursor";
import { fail } from "./failure";
import { Table } from "./table";

/** Places of entries by id. Id 0 is the empty entry, at place 0. */
@unmanaged
export class Ids {
  private dense: usize;
  private length: u64;
  private sparse: Table;

  init(): void {
    this.sparse = new Table();
    this.sparse.init();
  }

  /** @param dense places of the ids below `length`, 32 bits each, -1 where there is none */
  set(dense: usize, length: u32): void {
    this.dense = dense;
    this.length = length;
    this.sparse.clear();
  }

  /** Adds an id that is not below that length. */
  add(id: i64, place: i32): void {
    this.sparse.add(id, place);
  }

  /** The place of an id, or -1. */
  find(id: i64): i32 {
    if (<u64>id < this.length) return load<i32>(this.dense + ((<usize>id) << 2));
    const place = <i32>this.sparse.get(id);
    return place === 0 ? -1 : place;
  }
}

export const strings = changetype<Ids>(memory.data(offsetof<Ids>(), 8));
export const stacks = changetype<Ids>(memory.data(offsetof<Ids>(), 8));
strings.init();
stacks.init();

/** The place of a stack; -1 is a failure. */
export function stackAt(c: Cursor, id: i64): i32 {
  const place = stacks.find(id);
  if (place < 0) fail(c, Reason.StackMissing, id);
  return place;
}

/** The place of a string; -1 is a failure. */
export function stringAt(c: Cursor, id: i64): i32 {
  const place = strings.find(id);
  if (place < 0) fail(c, Reason.StringMissing, id);
  return place;
}
