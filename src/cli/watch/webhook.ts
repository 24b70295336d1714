/** Posts verdicts to a webhook, one after another, and says what it could not deliver. */
import { setTimeout as sleep } from "node:timers/promises";
import { ExitCode, messageOf, UserError } from "../../base/errors.js";
import { isOpen } from "../capture/target.js";

/** Attempts for one body; the pauses between them double. */
const ATTEMPTS = 5;
/** Milliseconds for one attempt, and the longest pause that a server may ask for. */
const PATIENCE = 10_000;
const LONGEST_PAUSE = 60_000;
/** Bodies that wait at most. */
const QUEUE = 100;

interface Waiting {
  readonly body: string;
  readonly settle: (delivered: boolean) => void;
}

export class Webhook {
  readonly #url: URL;
  readonly #headers: Record<string, string> = { "content-type": "application/json", "user-agent": "gotrace" };
  readonly #queue: Waiting[] = [];
  readonly #over = new AbortController();
  #working: Promise<void> | undefined;
  /** Bodies that were not delivered. */
  failures = 0;

  /**
   * @param address may have a user's name and password; its path may be a secret, so messages name the origin only
   * @param say prints a line for the user
   * @param pause before the second attempt, in milliseconds
   * @throws UserError for an address that is no HTTP URL
   */
  constructor(
    address: string,
    private readonly say: (line: string) => void,
    private readonly pause = 1000,
  ) {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (url?.protocol !== "http:" && url?.protocol !== "https:") {
      throw new UserError("--webhook: this is no URL", "use a URL with https:// or http://", ExitCode.usage);
    }
    if (url.username !== "" || url.password !== "") {
      const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
      this.#headers.authorization = `Basic ${Buffer.from(credentials).toString("base64")}`;
      url.username = url.password = "";
    }
    this.#url = url;
    if (isOpen({ url })) say(`what goes to ${url.origin} is not encrypted: https:// would protect it`);
  }

  /** Takes a body into the queue. @param settle is called when it was delivered, or never will be */
  post(body: string, settle: (delivered: boolean) => void): void {
    if (this.#queue.length >= QUEUE) {
      const [oldest] = this.#queue.splice(0, 1);
      this.#fail(oldest, `more than ${QUEUE} wait for it: the oldest is left out`);
    }
    this.#queue.push({ body, settle });
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  /** Waits until the queue is empty. @param patience milliseconds; what waits then is not delivered, nor settled */
  async end(patience: number): Promise<void> {
    const timer = setTimeout(() => this.#over.abort(), patience);
    await this.#working;
    clearTimeout(timer);
    if (this.#queue.length > 0) this.say(`${this.#queue.length} not delivered to ${this.#url.origin}: gotrace ends`);
    this.failures += this.#queue.length;
  }

  async #work(): Promise<void> {
    for (let next = this.#queue[0]; next && !this.#over.signal.aborted; next = this.#queue[0]) {
      const why = await this.#deliver(next.body);
      if (this.#over.signal.aborted && why !== undefined) return;
      // The queue may have overflowed meanwhile, and this one been left out of it.
      if (this.#queue[0] !== next) continue;
      this.#queue.shift();
      if (why === undefined) next.settle(true);
      else this.#fail(next, why);
    }
  }

  #fail({ settle }: Waiting, why: string): void {
    this.failures++;
    this.say(`not delivered to ${this.#url.origin}: ${why}`);
    settle(false);
  }

  /** @returns why it could not be delivered; undefined if it was */
  async #deliver(body: string): Promise<string | undefined> {
    let why = "";
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const result = await this.#attempt(body);
      if (result === undefined) return undefined;
      ({ why } = result);
      if (!result.again || attempt === ATTEMPTS - 1) break;
      const pause = Math.min(Math.max(this.pause * 2 ** attempt, result.after), LONGEST_PAUSE);
      await sleep(pause, undefined, { signal: this.#over.signal }).catch(() => undefined);
      if (this.#over.signal.aborted) break;
    }
    return why;
  }

  async #attempt(body: string): Promise<{ why: string; again: boolean; after: number } | undefined> {
    const signal = AbortSignal.any([this.#over.signal, AbortSignal.timeout(PATIENCE)]);
    try {
      const settings = { method: "POST", headers: this.#headers, body, signal, redirect: "manual" } as const;
      const response = await fetch(this.#url, settings);
      await response.body?.cancel();
      const { status } = response;
      if (response.ok) return undefined;
      const again = status >= 500 || status === 408 || status === 425 || status === 429;
      const after = Number(response.headers.get("retry-after") ?? 0) * 1000 || 0;
      return { why: `it answered ${status}`, again, after };
    } catch (error) {
      const reason = (error as Error).name === "TimeoutError" ? "it does not answer" : reasonOf(error);
      return { why: reason, again: true, after: 0 };
    }
  }
}

/** The reason for a failed `fetch`, which wraps it. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return messageOf(cause ?? error);
}
