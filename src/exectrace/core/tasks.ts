/** Tasks of user code that began and have not ended. */
import { Table } from "./table";

/** A bound for damaged traces. */
export const MOST_TASKS = 1 << 23;

@unmanaged
export class Task {
  /** NONE: no parent. */
  parent: i64;
  /** A text (see texts.ts). */
  name: i32;
}

export const tasks = new Table();
