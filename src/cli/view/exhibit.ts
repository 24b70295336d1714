/** What a browser is to show. */
import type { ServedFile } from "./server.js";

export interface Exhibit {
  /** By name; the one named "" is the page. */
  readonly files: ReadonlyMap<string, ServedFile>;
  /** What follows the page's address. */
  readonly fragment: string;
  /** A policy of its own for what the page may load. */
  readonly policy?: string;
  /** The format that holds the same in a file. */
  readonly instead: string;
}
