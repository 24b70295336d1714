/** The end of a capture by a signal: it aborts what is under way, and decides the exit code. */
import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Listens for signals from its creation to {@link end}. */
export class Stop {
  readonly #controller = new AbortController();
  /** The signal that came; undefined if none did. */
  received: NodeJS.Signals | undefined;

  constructor() {
    for (const name of SIGNALS) process.once(name, this.#listen);
  }

  /** Fires when a signal comes. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** 128+n for signal n; undefined if none came. */
  get code(): number | undefined {
    return this.received && 128 + constants.signals[this.received];
  }

  /** From here on signals end gotrace at once, as they do by default. */
  end(): void {
    for (const name of SIGNALS) process.off(name, this.#listen);
  }

  readonly #listen = (received: NodeJS.Signals) => {
    this.received = received;
    this.#controller.abort();
  };
}
