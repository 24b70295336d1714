/** Packs and unpacks one request: its goroutines with their calls and stays, and its critical path. */
import type { ByteReader, ByteWriter } from "../../base/varint.js";
import type { Words } from "../../base/word-numbers.js";

/** Times are nanoseconds since the start of the process. */
export interface RequestDetail {
  readonly start: number;
  readonly end: number;
  /** Goroutines that are left out, because there are too many: those that began last. */
  readonly omitted: number;
  /** Calls shorter than this are left out; 0 if none are. */
  readonly shortest: number;
  /** Stays shorter than this are left out, and steps of the path; 0 if none are. */
  readonly briefest: number;
  readonly smallest: number;
  /**
   * The request's own goroutine, then the others in the order in which they were started, then those of others that are on
   * its critical path.
   */
  readonly members: readonly RequestMember[];
  /** The chain of work and waits that decided its end, in the order of time; empty if it is not known. */
  readonly path: readonly RequestStep[];
}

/** What of a goroutine belongs to a request. */
export interface RequestMember {
  readonly goid: number;
  /** The goroutine that started it; 0 for the request's own. */
  readonly parent: number;
  readonly spawned: number;
  readonly from: number;
  /** The end, at most that of the request. */
  readonly to: number;
  /** Whether it is on the critical path and not of the request. */
  readonly isForeign: boolean;
  /** Whether it went on after the request. */
  readonly outlives: boolean;
  /** By start, outer ones first. */
  readonly calls: readonly RequestCall[];
  /** By start; empty without an execution trace. */
  readonly stays: readonly RequestStay[];
}

export interface RequestCall {
  readonly func: number;
  /** Its node; 0 if the page does not have it. */
  readonly node: number;
  readonly start: number;
  readonly end: number;
  readonly level: number;
}

export interface RequestStay {
  readonly begin: number;
  readonly end: number;
  /** Index into STATES. */
  readonly state: number;
  /** Why it waits, in the words of the Go runtime; "" if unknown. */
  readonly reason: string;
  /** The function in which it waits or goes on; "" if unknown. */
  readonly place: string;
  /** Who ended the wait; -1 for nobody, or if that is unknown. */
  readonly waker: number;
  /** The function in which that one was; "" if unknown. */
  readonly wakerPlace: string;
}

/** A step of the critical path. */
export interface RequestStep {
  readonly goid: number;
  readonly begin: number;
  readonly end: number;
  /** Index into STATES. */
  readonly state: number;
  readonly reason: string;
  /** The innermost open call's function; -1 for none. */
  readonly func: number;
  /** The function that the goroutine started with, or that it waits in; "" if unknown. */
  readonly place: string;
}

/** @param number by node of the tree: its number in the page; not positive if it is not there */
export function writeDetail(to: ByteWriter, detail: RequestDetail, words: Words, number: Int32Array): void {
  const { start, end, omitted, shortest, briefest, smallest, members, path } = detail;
  let last = Math.round(start);
  const begin = (time: number) => {
    last = Math.round(time);
    to.int(last - Math.round(start));
  };
  /** Writes a time that is not before the last one. */
  const next = (time: number) => {
    const at = Math.max(last, Math.round(time));
    to.uint(at - last);
    last = at;
  };
  to.uint(last);
  next(end);
  for (const value of [omitted, shortest, briefest, smallest]) to.uint(Math.round(value));
  to.uint(members.length);
  for (const { goid, parent, spawned, from, to: until, isForeign, outlives, calls, stays } of members) {
    for (const value of [goid, parent, isForeign ? 1 : 0, outlives ? 1 : 0]) to.uint(value);
    begin(spawned);
    next(from);
    next(until);
    to.uint(calls.length);
    begin(start);
    for (const call of calls) {
      for (const value of [call.func, Math.max(0, number[call.node]), call.level]) to.uint(value);
      next(call.start);
      to.uint(Math.max(0, Math.round(call.end) - last));
    }
    to.uint(stays.length);
    begin(spawned);
    for (const stay of stays) {
      next(stay.begin);
      next(stay.end);
      for (const value of [stay.state, words.numberOf(stay.reason), stay.waker + 1]) to.uint(value);
      for (const place of [stay.place, stay.wakerPlace]) to.uint(words.numberOf(place));
    }
  }
  to.uint(path.length);
  begin(start);
  for (const step of path) {
    next(step.begin);
    next(step.end);
    for (const value of [step.goid, step.state, words.numberOf(step.reason), step.func + 1]) to.uint(value);
    to.uint(words.numberOf(step.place));
  }
}

/** Reads what {@link writeDetail} wrote. */
export function readDetail(from: ByteReader, words: readonly string[]): RequestDetail {
  const start = from.uint();
  let last = start;
  const begin = () => {
    last = start + from.int();
    return last;
  };
  const next = () => {
    last += from.uint();
    return last;
  };
  const word = () => words[from.uint()] ?? "";
  const end = next();
  const [omitted, shortest, briefest, smallest] = [from.uint(), from.uint(), from.uint(), from.uint()];
  const members = Array.from({ length: from.uint() }, (): RequestMember => {
    const [goid, parent] = [from.uint(), from.uint()];
    const [isForeign, outlives] = [from.uint() === 1, from.uint() === 1];
    const [spawned, first, to] = [begin(), next(), next()];
    const callCount = from.uint();
    begin();
    const calls = Array.from({ length: callCount }, (): RequestCall => {
      const [func, node, level, began] = [from.uint(), from.uint(), from.uint(), next()];
      return { func, node, level, start: began, end: began + from.uint() };
    });
    const stayCount = from.uint();
    begin();
    const stays = Array.from({ length: stayCount }, (): RequestStay => {
      const [since, until] = [next(), next()];
      const [state, reason, waker] = [from.uint(), word(), from.uint() - 1];
      return { begin: since, end: until, state, reason, waker, place: word(), wakerPlace: word() };
    });
    return { goid, parent, spawned, from: first, to, isForeign, outlives, calls, stays };
  });
  const steps = from.uint();
  begin();
  const path = Array.from({ length: steps }, (): RequestStep => {
    const [since, until] = [next(), next()];
    const [goid, state, reason, func] = [from.uint(), from.uint(), word(), from.uint() - 1];
    return { begin: since, end: until, goid, state, reason, func, place: word() };
  });
  return { start, end, omitted, shortest, briefest, smallest, members, path };
}
