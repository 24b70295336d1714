/**
 * Which strings and stacks the current generation has. The core needs no more of them: records refer to them by place.
 */
import { Reason } from "../codes";
import { Cursor } from "./cursor";
import { fail } from "./failure";
import { Table } from "./table";

/** Maps ids to places. Id 0 is the empty entry, at place 0. */
@unmanaged
export class Ids {
  private dense: usize;
  private length: u64;
  private sparse: Table;

  /** Allocates an empty table. Call it before anything else. */
  init(): void {
    this.sparse = new Table();
    this.sparse.init();
  }

  /** Replaces all entries. @param dense places of the ids below `length`, 32 bits each, -1 for missing ids */
  set(dense: usize, length: u32): void {
    this.dense = dense;
    this.length = length;
    this.sparse.clear();
  }

  /** Adds an id that is not below the `length` of `set`. */
  add(id: i64, place: i32): void {
    this.sparse.add(id, place);
  }

  /** The place of an id, -1 if it is missing. */
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

/** The place of a stack; -1 after a failure (it is missing). */
export function stackAt(c: Cursor, id: i64): i32 {
  const place = stacks.find(id);
  if (place < 0) fail(c, Reason.StackMissing, id);
  return place;
}

/** The place of a string; -1 after a failure (it is missing). */
export function stringAt(c: Cursor, id: i64): i32 {
  const place = strings.find(id);
  if (place < 0) fail(c, Reason.StringMissing, id);
  return place;
}
