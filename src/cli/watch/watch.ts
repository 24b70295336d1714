/** `gotrace capture --watch`: takes snapshots as they come, analyzes each, and says what it found. */
import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { ExitCode, messageOf, UserError } from "../../base/errors.js";
import { formatNumberOf } from "../../base/units.js";
import type { AnalysisOptions } from "../analyze/analysis.js";
import { Unreachable } from "../capture/refusal.js";
import { Stop } from "../capture/stop.js";
import { isStandardOutput, openOutput } from "../output.js";
import { say } from "../say.js";
import { type LineFormat, linesOf, webhookBody } from "./lines.js";
import type { Seen } from "./seen.js";
import type { Arrived, SnapshotSource } from "./source.js";
import { type Verdict, verdictOn } from "./verdict.js";
import type { Webhook } from "./webhook.js";

/** Milliseconds that gotrace waits for a webhook before it ends: after a signal, and after all is done. */
const FAREWELL = { signal: 5_000, done: 60_000 };

export interface WatchOptions {
  readonly analysis: AnalysisOptions;
  readonly format: LineFormat;
  /** The file to which NDJSON is appended; it is opened for each line, so it may be renamed at any time. */
  readonly report: string | undefined;
  readonly webhook: Webhook | undefined;
  /** Ends after the snapshots that are there. */
  readonly once: boolean;
  /** Milliseconds between two looks. */
  readonly poll: number;
}

/**
 * Watches until a signal comes.
 * @returns the exit code: of the signal, 0 for SIGTERM; with `once`, as of `gotrace analyze`
 * @throws UserError if the first look shows that there is nothing to watch
 */
export async function watch(source: SnapshotSource, seen: Seen, options: WatchOptions): Promise<number> {
  const stop = new Stop();
  const one = new Watch(source, seen, options, stop.signal);
  try {
    await one.run();
    await options.webhook?.end(stop.code === undefined ? FAREWELL.done : FAREWELL.signal);
  } catch (error) {
    // What a signal interrupts fails.
    if (stop.code === undefined) throw error;
  } finally {
    seen.save();
    stop.end();
  }
  if (stop.code !== undefined) return stop.received === "SIGTERM" ? 0 : stop.code;
  // Not once: the reader of standard output has gone.
  return options.once ? one.code : 0;
}

class Watch {
  #isGone = false;
  #hasLooked = false;
  #count = 0;
  #fails = false;
  #unreadable = false;
  #reportFails = false;
  #hasNoReader = false;
  readonly #output = openOutput(undefined, "", false);

  constructor(
    private readonly source: SnapshotSource,
    private readonly seen: Seen,
    private readonly options: WatchOptions,
    private readonly signal: AbortSignal,
  ) {
    process.stdout.once("error", () => {
      this.#hasNoReader = true;
    });
  }

  async run(): Promise<void> {
    const { once, poll } = this.options;
    while (!this.signal.aborted && !this.#isUnread) {
      await this.#look(once);
      if (once) break;
      await sleep(poll, undefined, { signal: this.signal }).catch(() => undefined);
    }
    if (once && this.#count === 0 && !this.signal.aborted) {
      const before = this.seen.names.length;
      const known =
        before === 0
          ? ""
          : `; ${formatNumberOf(before, "snapshot")} there were reported before, --again reports them again`;
      say(`no new snapshot in ${this.source.called}${known}`);
    }
  }

  /** The reader of standard output has gone, as with `| head`, and there is no other. */
  get #isUnread(): boolean {
    const { report, webhook } = this.options;
    return this.#hasNoReader && webhook === undefined && (report === undefined || isStandardOutput(report));
  }

  get code(): number {
    if (this.#unreadable || this.source.leftOut > 0 || this.#reportFails || (this.options.webhook?.failures ?? 0) > 0)
      return ExitCode.trouble;
    return this.#fails ? 1 : 0;
  }

  /** One look. A server may go away and come back; one that refuses the first time will not have us. */
  async #look(last: boolean): Promise<void> {
    // A signal of its own: one that lives for months would collect what AbortSignal.any derives from it.
    const own = new AbortController();
    const abort = () => own.abort();
    this.signal.addEventListener("abort", abort);
    try {
      for await (const arrived of this.source.look(last, own.signal)) {
        this.#isBack();
        await this.#take(arrived);
        if (this.signal.aborted || this.#isUnread) return;
      }
      this.#isBack();
      this.seen.save();
    } catch (error) {
      if (!(error instanceof UserError)) {
        if (this.signal.aborted) return;
        throw error;
      }
      if (last || (!this.#hasLooked && !(error instanceof Unreachable))) throw error;
      if (!this.#isGone) say(`${error.message}: gotrace goes on trying`);
      this.#isGone = true;
    } finally {
      this.signal.removeEventListener("abort", abort);
    }
  }

  #isBack(): void {
    if (this.#isGone) say(`${this.source.called}: it works again`);
    this.#isGone = false;
    this.#hasLooked = true;
  }

  async #take({ name, path, what }: Arrived): Promise<void> {
    // Signals and webhooks have their turn between two snapshots.
    await new Promise(setImmediate);
    const verdict = verdictOn(path, name, this.options.analysis);
    if (verdict.error !== undefined && !existsSync(path)) {
      say(`${path} was removed before it was read`);
      return;
    }
    this.#count++;
    this.#fails ||= verdict.fails;
    this.#unreadable ||= verdict.error !== undefined;
    // The line last: who reads it finds the rest.
    this.#append(verdict);
    await this.#output.write([linesOf(verdict, this.options.format, this.#output.colour, Date.now())]);
    const { webhook } = this.options;
    this.seen.begin(name, what);
    if (webhook === undefined) this.seen.add(name, what);
    else webhook.post(webhookBody(verdict), () => this.seen.add(name, what));
  }

  #append(verdict: Verdict): void {
    const { report } = this.options;
    if (report === undefined || isStandardOutput(report)) return;
    try {
      appendFileSync(report, linesOf(verdict, "ndjson", false, Date.now()));
    } catch (error) {
      this.#reportFails = true;
      say(`cannot write to ${report}: ${messageOf(error)}: it does not have ${verdict.snapshot}`);
    }
  }
}
