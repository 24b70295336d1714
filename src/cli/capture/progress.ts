/** The progress line of a capture on a terminal: server, seconds, bytes. Prints nothing elsewhere. */
import { printable } from "../../base/printable.js";
import { formatBytes } from "../../base/units.js";
import type { CaptureTarget } from "./target.js";

/** Drawn from its creation to {@link end}. */
export class CaptureProgress {
  readonly #terminal = process.stderr.isTTY === true;
  readonly #begun = Date.now();
  readonly #what: string;
  readonly #timer: NodeJS.Timeout | undefined;
  #bytes = 0;

  constructor(private readonly target: CaptureTarget) {
    const { seconds, server, url } = target;
    this.#what = `${seconds === undefined ? "fetching" : `recording ${seconds}s`} from ${server}${url.pathname}`;
    if (this.#terminal) this.#timer = setInterval(() => this.#draw(), 200);
  }

  update(bytes: number): void {
    this.#bytes = bytes;
  }

  #draw(): void {
    const { seconds } = this.target;
    const passed = Math.floor((Date.now() - this.#begun) / 1000);
    const time = seconds === undefined ? `${passed}s` : `${Math.min(passed, Math.ceil(seconds))}s`;
    process.stderr.write(`\r\x1b[K${printable(this.#what)}: ${time}, ${formatBytes(this.#bytes)}`);
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#terminal) process.stderr.write("\r\x1b[K");
  }
}
