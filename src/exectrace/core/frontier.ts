/**
 * The next event of each thread: the cursors of a generation in a binary min-heap by time. The heap moves as the one in
 * Go's reader does, so events with equal times come in the same order. The exception is sorting more than 12 cursors:
 * there Go's sort is unstable and this one is stable.
 *
 * A place in the heap holds a cursor's time and a pointer to it.
 */
import { Cursor } from "./cursor";

const PLACE: usize = 16;
const CURSOR: usize = 8;

let capacity: i32 = 64;
let places: usize = heap.alloc(<usize>capacity * PLACE);
/** Buffer for merge sort, as large as `places`. */
let scratch: usize = heap.alloc(<usize>capacity * PLACE);
let count = 0;

/** Number of cursors. */
export function size(): i32 {
  return count;
}

/** The cursor at an index of the heap; 0 is the earliest. */
export function cursorAt(i: i32): Cursor {
  return changetype<Cursor>(load<usize>(placeAt(i), CURSOR));
}

/** Adds a cursor that has an event. */
export function insert(cursor: Cursor): void {
  if (count + 3 > capacity) {
    capacity *= 2;
    places = heap.realloc(places, <usize>capacity * PLACE);
    heap.free(scratch);
    scratch = heap.alloc(<usize>capacity * PLACE);
  }
  count++;
  close();
  up(count - 1, cursor);
}

/** Puts two sentinels with the largest time after the last cursor, so `down` need not check whether a child exists. */
function close(): void {
  store<i64>(placeAt(count), i64.MAX_VALUE);
  store<i64>(placeAt(count + 1), i64.MAX_VALUE);
}

/** Restores the order after the time of the first cursor has grown. */
export function updateFirst(): void {
  down(0, cursorAt(0));
}

/** Restores the order after the time of the cursor at `i` has changed. */
export function update(i: i32): void {
  const cursor = cursorAt(i);
  if (up(i, cursor) === i) down(i, cursor);
}

/** Removes the cursor at `i`: its ancestors move down, and the last cursor is sifted down from the root. */
export function remove(i: i32): void {
  for (let at = i; at > 0; at = (at - 1) >> 1) put(at, cursorAt((at - 1) >> 1));
  count--;
  const last = cursorAt(count);
  close();
  if (count > 0) down(0, last);
}

/** Sorts all cursors by time, stably. A sorted array is a heap. */
export function sort(): void {
  if (count <= 12) insertionSort();
  else mergeSort();
}

function insertionSort(): void {
  for (let i = 1; i < count; i++) {
    const cursor = cursorAt(i);
    let j = i;
    for (; j > 0 && timeAt(j - 1) > cursor.time; j--) put(j, cursorAt(j - 1));
    put(j, cursor);
  }
}

function mergeSort(): void {
  for (let width = 1; width < count; width *= 2) {
    let to = scratch;
    for (let start = 0; start < count; start += 2 * width) {
      const middle = min(start + width, count);
      const end = min(start + 2 * width, count);
      let left = start;
      let right = middle;
      while (left < middle || right < end) {
        const first = right >= end || (left < middle && timeAt(left) <= timeAt(right));
        const from = first ? left++ : right++;
        memory.copy(to, placeAt(from), PLACE);
        to += PLACE;
      }
    }
    const sorted = scratch;
    scratch = places;
    places = sorted;
  }
  close();
}

/** Moves a cursor from index `from` up to where it belongs; returns its new index. */
function up(from: i32, cursor: Cursor): i32 {
  let i = from;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (!(timeAt(parent) > cursor.time)) break;
    put(i, cursorAt(parent));
    i = parent;
  }
  put(i, cursor);
  return i;
}

/** Moves a cursor from index `from` down to where it belongs. */
function down(from: i32, cursor: Cursor): void {
  const time = cursor.time;
  let hole = placeAt(from);
  let i = from;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= count) break;
    child += <i32>(timeAt(child + 1) < timeAt(child));
    const at = placeAt(child);
    const least = load<i64>(at);
    if (!(least < time)) break;
    store<i64>(hole, least);
    store<usize>(hole, load<usize>(at, CURSOR), CURSOR);
    hole = at;
    i = child;
  }
  store<i64>(hole, time);
  store<usize>(hole, changetype<usize>(cursor), CURSOR);
}

function placeAt(i: i32): usize {
  return places + <usize>i * PLACE;
}

function timeAt(i: i32): i64 {
  return load<i64>(placeAt(i));
}

function put(i: i32, cursor: Cursor): void {
  store<i64>(placeAt(i), cursor.time);
  store<usize>(placeAt(i), changetype<usize>(cursor), CURSOR);
}
