/** What the local server serves: a page and its files. */
import type { ServedFile } from "./server.js";

/** A page with its files. */
export interface Exhibit {
  /** Files by name; the page itself has the name "". */
  readonly files: ReadonlyMap<string, ServedFile>;
  /** Appended to the page's address; empty or beginning with `#`. */
  readonly fragment: string;
  /** Content-Security-Policy; undefined for the server's default. */
  readonly policy?: string;
  /** The format of `gotrace report` to suggest when the page cannot be served. */
  readonly instead: string;
}
