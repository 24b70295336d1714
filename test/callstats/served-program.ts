/** Programs in which a server that is not traced calls handlers behind middleware, as traces. */
import { TraceWriter, type WriterOptions } from "../support/calltrace/writer.js";

/** A call begins, or ends in some way. In handlers, more time passes. */
type Event = ({ readonly enter: string } | { readonly exit: "return" | "panic" }) & { readonly isSlow?: boolean };

export interface Server {
  readonly connections: number;
  readonly requests: number;
  readonly handlers: number;
  /** Levels of middleware before the handlers. */
  readonly middleware: number;
  /** Decides what happens. */
  readonly seed: number;
  /** Functions that a handler may call, each or not. */
  readonly parts?: number;
}

export function serve(
  { connections, requests, handlers, middleware, seed, parts = 0 }: Server,
  options: WriterOptions,
): Uint8Array {
  let state = seed;
  const choose = (count: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * count);
  };
  const trace = new TraceWriter(options);
  const ids = new Map<string, number>();
  const idOf = (name: string) => ids.get(name) ?? ids.set(name, trace.define("function", `main.${name}`)).get(name)!;
  const event = (slot: number, time: number, what: Event) => {
    if ("enter" in what) trace.slot(slot).enter(time, idOf(what.enter));
    else if (what.exit === "return") trace.slot(slot).exit(time);
    else trace.slot(slot).exitPanic(time);
  };
  trace.slot(0).begin(10, 1);
  event(0, 10, { enter: "main" });
  const left = Array.from({ length: connections }, (_, i) => ({
    slot: i + 1,
    time: 10,
    requests,
    events: [] as Event[],
  }));
  for (const { slot, time } of left) trace.slot(slot).begin(time, slot + 1, 1);
  for (let open = left; open.length > 0; open = open.filter(({ requests, events }) => requests + events.length > 0)) {
    const one = open[choose(open.length)];
    if (one.events.length === 0) {
      one.requests--;
      one.events = request(choose, handlers, middleware, parts);
    }
    const burst = 1 + choose(40);
    for (const what of one.events.splice(0, burst)) {
      one.time += 1 + choose(what.isSlow ? 20_000 : 200);
      event(one.slot, one.time, what);
    }
  }
  event(0, Math.max(...left.map(({ time }) => time)), { exit: "return" });
  return trace.finish();
}

function request(choose: (count: number) => number, handlers: number, middleware: number, parts: number): Event[] {
  const events: Event[] = [];
  const call = (name: string, within = () => {}) => {
    events.push({ enter: name });
    within();
    events.push({ exit: "return" });
  };
  const sometimes = (often: number, what: () => void) => {
    if (choose(often) === 0) what();
  };
  const handle = () => {
    const name = `handler${choose(handlers)}`;
    events.push({ enter: name });
    for (let i = choose(4); i > 0; i--) call("query", () => sometimes(3, () => call("scan")));
    sometimes(2, () => call("encode"));
    for (let part = 0; part < parts; part++) sometimes(2, () => call(`part${part}`));
    events.push({ exit: choose(40) === 7 ? "panic" : "return", isSlow: true });
  };
  const wrap = (level: number): void => {
    if (level === middleware) {
      if (choose(20) === 3) return;
      handle();
      if (choose(30) === 3) handle();
      return;
    }
    call(`middleware${level}`, () => {
      call("identify");
      wrap(level + 1);
      if (choose(25) > 0) call("record");
    });
  };
  wrap(0);
  // Without any call it is no request.
  if (events.length === 0) call("missing");
  return events;
}
