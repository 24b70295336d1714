/**
 * The family of a call: the call, and all goroutines that it started, directly or through others. A goroutine is started
 * by the call if its go statement ran in it or beneath it. One that untraced code started counts if its parent is the
 * call's goroutine and it began during the call.
 *
 * A goroutine is often walked before its parent, so all of them are remembered, in about 100 bytes each.
 */

import { grown, NumberMap } from "../base/columns.js";
import { ExitCode, UserError } from "../base/errors.js";
import type { CallFamily, CallId, FamilyMember } from "./call-id.js";
import { Ending } from "./ending.js";
import { CallCount } from "./held-calls.js";
import type { Recording } from "./recording.js";
import type { WalkObserver } from "./replay/observed-walk.js";
import type { Begun } from "./replay/walker.js";

/**
 * Finds families in one walk, for any number of calls, whatever the recording selects.
 *
 * @param progress called with the number of bytes done and in all
 * @throws UserError if there is no such call
 */
export function familiesOf(
  recording: Recording,
  ids: readonly CallId[],
  progress?: (done: number, total: number) => void,
): CallFamily[] {
  const collectors = new Map<number, FamilyCollector>();
  for (const { process } of ids) {
    if (!collectors.has(process))
      collectors.set(process, new FamilyCollector(ids.filter((id) => id.process === process)));
  }
  recording.replayAll(collectors, progress);
  const found = new Map<CallId, CallFamily>();
  for (const [process, collector] of collectors) {
    for (const family of collector.families((built) => recording.nodeOf(process, built))) found.set(family.id, family);
  }
  return ids.map((id) => found.get(id)!);
}

/** A call that is asked for, and what the walk finds of it. */
interface Asked {
  readonly id: CallId;
  node: number;
  start: number;
  end: number;
  /** Goroutines that begin before this begin during the call. */
  until: number;
  isFound: boolean;
  /** The go statements that ran in it, by the `spawnRef` of the goroutines that they started. */
  readonly refs: NumberMap;
}

class FamilyCollector implements WalkObserver {
  private readonly asked: readonly Asked[];
  /** Of the goroutine that is visited: the calls asked for, those of them that are open with their levels, all calls open. */
  private wanted: readonly Asked[] = [];
  private open: { readonly call: Asked; readonly level: number }[] = [];
  private depth = 0;
  private readonly count = new CallCount();
  /** By goroutine asked for: number of its calls. */
  private readonly counts = new Map<number, number>();
  private goid = 0;
  private readonly lives = new Lives();

  constructor(ids: readonly CallId[]) {
    this.asked = ids.map((id) => ({ id, node: 0, start: 0, end: 0, until: 0, isFound: false, refs: new NumberMap() }));
  }

  begin(begun: Begun): void {
    this.goid = begun.goid;
    this.wanted = this.asked.filter(({ id }) => id.goid === begun.goid);
    this.open = [];
    this.depth = 0;
    this.count.begin(begun.goid);
    this.lives.begin(begun);
  }

  enter(_slot: number, node: number, time: number): void {
    if (this.wanted.length === 0) return;
    const level = ++this.depth;
    const number = ++this.count.calls;
    for (const call of this.wanted) {
      if (call.id.number !== number) continue;
      Object.assign(call, { node, start: time, isFound: true });
      this.open.push({ call, level });
    }
  }

  exit(_slot: number, _start: number, end: number, _self: number, how: Ending): void {
    if (this.wanted.length === 0) return;
    const level = this.depth--;
    while (this.open.at(-1)?.level === level) {
      const { call } = this.open.pop()!;
      call.end = end;
      call.until = how === Ending.running ? Number.POSITIVE_INFINITY : end;
    }
  }

  spawn(_goStatement: number, time: number, ref: number): void {
    this.lives.spawn(ref, time);
    for (const { call } of this.open) call.refs.set(ref, 1);
  }

  end(time: number): void {
    if (this.wanted.length > 0) this.counts.set(this.goid, this.count.calls);
    this.lives.end(time);
  }

  /** Call it after the walk. @param nodeOf from the replay's nodes to the tree's */
  families(nodeOf: (built: number) => number): CallFamily[] {
    return this.asked.map(({ id, node, start, end, until, isFound, refs }) => {
      if (!isFound) throw noSuchCall(id, this.counts.get(id.goid));
      const isStarter = (ref: number, began: number) =>
        this.lives.knows(ref) ? refs.get(ref, 0) === 1 : began >= start && began < until;
      const own = { goid: id.goid, from: start, to: end, parent: 0, spawned: start };
      return { id, node: nodeOf(node), start, end, members: [own, ...this.lives.startedBy(id.goid, isStarter)] };
    });
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** All goroutines of a process, and which of them started which. */
class Lives {
  private count = 0;
  private goid = new Float64Array(16);
  private starter = new Float64Array(16);
  private ref = new Float64Array(16);
  private start = new Float64Array(16);
  private finish = new Float64Array(16);
  private readonly spawns = new NumberMap();
  private times = new Float64Array(16);
  /** By goroutine: the last one that it started; by that one: the one before. */
  private readonly last = new NumberMap();
  private before = new Int32Array(16);

  begin({ goid, starter, spawnRef, time }: Begun): void {
    const at = this.count++;
    this.goid = grown(this.goid, this.count);
    this.starter = grown(this.starter, this.count);
    this.ref = grown(this.ref, this.count);
    this.start = grown(this.start, this.count);
    this.finish = grown(this.finish, this.count);
    this.before = grown(this.before, this.count);
    this.goid[at] = goid;
    this.starter[at] = starter;
    this.ref[at] = spawnRef;
    this.start[at] = this.finish[at] = time;
    this.before[at] = this.last.get(starter, -1);
    if (starter !== 0) this.last.set(starter, at);
  }

  end(time: number): void {
    this.finish[this.count - 1] = Math.max(time, this.start[this.count - 1]);
  }

  spawn(ref: number, time: number): void {
    const at = this.spawns.size;
    this.times = grown(this.times, at + 1);
    this.times[at] = time;
    this.spawns.set(ref, at);
  }

  /** Whether a go statement is in the trace. */
  knows(ref: number): boolean {
    return this.spawns.get(ref, -1) >= 0;
  }

  /**
   * The goroutines that one started, and those that they started, in the order of time.
   *
   * @param counts which of those that it started itself, by the go statement and by when they began
   */
  startedBy(goid: number, counts: (ref: number, began: number) => boolean): FamilyMember[] {
    const members: Mutable<FamilyMember>[] = [];
    const places = new Map([[goid, -1]]);
    const add = (parent: number) => {
      for (let at = this.last.get(parent, -1); at >= 0; at = this.before[at]) {
        if (places.has(this.goid[at]) || (parent === goid && !counts(this.ref[at], this.start[at]))) continue;
        places.set(this.goid[at], members.push(this.member(at)) - 1);
      }
    };
    add(goid);
    for (let at = 0; at < members.length; at++) add(members[at].goid);
    // Untraced code may start a goroutine on one that has not run a traced call yet.
    for (const { parent, spawned } of members.toReversed()) {
      const starter = members[places.get(parent)!];
      if (starter !== undefined) starter.spawned = Math.min(starter.spawned, spawned);
    }
    return members.sort((a, b) => a.spawned - b.spawned);
  }

  private member(at: number): Mutable<FamilyMember> {
    const spawn = this.spawns.get(this.ref[at], -1);
    const from = this.start[at];
    const spawned = spawn < 0 ? from : Math.min(from, this.times[spawn]);
    return { goid: this.goid[at], from, to: this.finish[at], parent: this.starter[at], spawned };
  }
}

function noSuchCall({ goid, number }: CallId, calls: number | undefined): UserError {
  if (calls === undefined) {
    const advice = "`gotrace calls FUNC` and `gotrace requests` show the ids of calls";
    return new UserError(
      `there is no call ${goid}.${number}: the trace has no goroutine ${goid}`,
      advice,
      ExitCode.noInput,
    );
  }
  const message = `there is no call ${goid}.${number}: goroutine ${goid} has ${calls === 1 ? "one call" : `${calls} calls`}`;
  return new UserError(message, `give a number from ${goid}.1 to ${goid}.${calls}`, ExitCode.noInput);
}
