/** Every call of a recording as an object: the plain, slow model with which tests compare the statistics. */

import {
  type CallForest,
  type CallVisitor,
  Ending,
  type Goroutine,
  type Recording,
  readRecording,
  type SelectOptions,
} from "../../src/calltree/index.js";
import { memorySource } from "../support/calltrace/memory-source.js";

export interface Call {
  readonly name: string;
  readonly node: number;
  readonly goroutine: Goroutine;
  readonly caller: Call | undefined;
  readonly callees: Call[];
  start: number;
  duration: number;
  self: number;
  how: Ending;
}

export function read(bytes: Uint8Array, select: SelectOptions = {}): Recording {
  return readRecording(memorySource(bytes), { select });
}

/** Walks all calls of a recording. */
export function visit(recording: Recording, visitor: CallVisitor): void {
  recording.visit(visitor);
}

/** A copy of the forest with other hook costs, as bounds in nanoseconds: a bound is four times what was measured. */
export function withHooks(recording: Recording, inner: number, outer: number): CallForest {
  const processes = recording.forest.processes.map((process) => ({
    ...process,
    info: { ...process.info, hook: { inner: inner / 4, outer: outer / 4 } },
  }));
  return { ...recording.forest, processes };
}

export function allCalls(recording: Recording): Call[] {
  const calls: Call[] = [];
  const { functions, processes } = recording.forest;
  let goroutine: Goroutine;
  let open: Call[] = [];
  visit(recording, {
    begin: (begun) => {
      goroutine = begun;
      open = [];
    },
    enter: (node, start) => {
      const caller = open.at(-1);
      const name = functions[processes[goroutine.process].tree.func[node]].name;
      const call: Call = {
        ...{ name, node, goroutine, caller, callees: [] },
        ...{ start, duration: Number.NaN, self: Number.NaN, how: Ending.return },
      };
      caller?.callees.push(call);
      calls.push(call);
      open.push(call);
    },
    exit: (_node, start, time, self, how) => {
      Object.assign(open.pop()!, { start, duration: time - start, self, how });
    },
  });
  return calls;
}

/** The callers of a call, innermost first. */
export function* above(call: Call): Generator<Call> {
  for (let at = call.caller; at !== undefined; at = at.caller) yield at;
}

/** All calls beneath a call on its goroutine. */
export function* beneath(call: Call): Generator<Call> {
  for (const callee of call.callees) {
    yield callee;
    yield* beneath(callee);
  }
}

export const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
