/**
 * The states of goroutines in the Trace Event Format: a thread beside that of the goroutine with an X event for each
 * stay, and flow arrows from the call in which another goroutine ended a wait.
 */
import { jsonText } from "../base/printable.js";
import { type TextWriter, utf8 } from "../base/text-writer.js";
import { STATES, type StayCursor } from "../calltree/index.js";
import type { StateSink, Wake } from "./state-slices.js";

/** The thread of a goroutine's states. Viewers take thread ids below 2^32. */
export function statesThread(goid: number): number {
  return 1_000_000_000 + goid;
}

/** Writes the states of one goroutine. */
export class ChromeStates implements StateSink {
  /**
   * @param separate what stands between the next event and the one before
   * @param place the process, the thread for the states, and when the process began, nanoseconds since the beginning
   * of the file
   * @param isShown whether a goroutine has a thread, so that arrows can begin on it
   * @param flow makes ids for arrows
   */
  constructor(
    private readonly out: TextWriter,
    private readonly separate: () => Uint8Array,
    private readonly place: { readonly pid: number; readonly thread: number; readonly start: number },
    private readonly isShown: (goid: number) => boolean,
    private readonly flow: () => number,
  ) {}

  stay(cursor: StayCursor, begin: number, end: number, wake: Wake | undefined): void {
    const { reason, place, waker, wakerPlace } = cursor;
    const args = {
      ...(reason === "" ? {} : { reason }),
      ...(place === "" ? {} : { in: place }),
      ...(waker < 0 ? {} : { "ended by goroutine": waker }),
      ...(wakerPlace === "" ? {} : { "ended in": wakerPlace }),
    };
    this.slice(STATES[cursor.state], begin, end, args);
    if (wake !== undefined) this.arrow(wake);
  }

  woken(wake: Wake): void {
    if (!this.isShown(wake.waker)) return;
    // Arrows end at slices only.
    this.slice("ready", wake.time, wake.time, {});
    this.arrow(wake);
  }

  private slice(name: string, begin: number, end: number, args: object): void {
    const { start, thread } = this.place;
    const from = Math.round(start + begin);
    this.event(`"ph":"X","name":"${name}","cat":"state"`, from, thread, () => {
      this.out.text(',"dur":');
      writeMicros(this.out, Math.round(start + end) - from);
      this.out.text(`,"args":${jsonText(args)}`);
    });
  }

  private arrow({ waker, time }: Wake): void {
    if (!this.isShown(waker)) return;
    const { start, thread } = this.place;
    const at = Math.round(start + time);
    const id = `"name":"wake","cat":"wake","id":${this.flow()}`;
    this.event(`"ph":"s",${id}`, at, waker);
    this.event(`"ph":"f","bp":"e",${id}`, at, thread);
  }

  private event(head: string, ns: number, thread: number, more?: () => void): void {
    const { out } = this;
    out.fragment(this.separate());
    out.text(`{${head},"pid":${this.place.pid},"tid":${thread},"ts":`);
    writeMicros(out, ns);
    more?.();
    out.fragment(BRACE);
  }
}

/** Writes nanoseconds as microseconds with up to three decimals. */
export function writeMicros(out: TextWriter, ns: number): void {
  const micros = Math.floor(ns / 1000);
  const rest = ns - micros * 1000;
  out.integer(micros);
  if (rest === 0) return;
  out.fragment(POINT);
  out.padded(rest, 3);
}

const POINT = utf8(".");
const BRACE = utf8("}");
