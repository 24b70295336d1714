/**
 * Strings that records refer to. Names of open tasks outlive their generation, so they are copied at its end. A text is
 * a number: the place of a string of the current generation, or, if negative, that of a copy.
 */
import { Task, tasks } from "./tasks";

/** Address and length of each string of the generation, by place. */
let places: usize = 0;
const LENGTH: usize = 4;
/** The block of copies: length and bytes of each, aligned to 4 bytes. */
let copies: usize = 0;
let used: usize = 0;

/** Sets the strings of the generation. @param strings address and length of each by place, 32 bits each */
export function setStrings(strings: usize): void {
  places = strings;
}

/** Address of the bytes (UTF-8) of a text. */
export function textAddress(text: i32): usize {
  return text >= 0 ? load<usize>(places + ((<usize>text) << 3)) : addressOf(text) + LENGTH;
}

/** Length of a text in bytes. */
export function textLength(text: i32): u32 {
  return text >= 0 ? load<u32>(places + ((<usize>text) << 3), 4) : load<u32>(addressOf(text));
}

function addressOf(copy: i32): usize {
  return (<usize>~copy) << 2;
}

/** Copies the names of all open tasks. Earlier copies become invalid; the strings of the generation may be freed. */
export function keepTexts(): void {
  const before = copies;
  let size: usize = 0;
  for (let i: u32 = 0; i < tasks.capacity; i++) {
    const task = changetype<Task | null>(tasks.at(i));
    if (task !== null) size += room(task.name);
  }
  copies = heap.alloc(size);
  used = copies;
  for (let i: u32 = 0; i < tasks.capacity; i++) {
    const task = changetype<Task | null>(tasks.at(i));
    if (task !== null) task.name = copied(task.name);
  }
  if (before !== 0) heap.free(before);
}

function room(text: i32): usize {
  return text === 0 ? 0 : (LENGTH + <usize>textLength(text) + 3) & ~3;
}

function copied(text: i32): i32 {
  // The empty string has the same place in every generation.
  if (text === 0) return 0;
  const copy = used;
  const length = textLength(text);
  used += room(text);
  store<u32>(copy, length);
  memory.copy(copy + LENGTH, textAddress(text), length);
  return ~(<i32>(copy >> 2));
}
