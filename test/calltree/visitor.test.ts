import { expect, test } from "vitest";
import { type CallVisitor, combineVisitors, readRecording, visitEachProcess } from "../../src/calltree/index.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { scripted } from "./script.js";

const trace = scripted(`
  0  g1 { main.main
  10 g1 go g2
  20 g2 { main.worker
  30 g2 } panic
  40 g1 }
`);

type Event = readonly [name: string, ...arguments: unknown[]];

/** A visitor that records all events of a walk with all their arguments. */
function recorder(): { visitor: Required<CallVisitor>; events: Event[] } {
  const events: Event[] = [];
  const keep =
    (name: string) =>
    (...given: unknown[]) => {
      events.push([name, ...given]);
    };
  const visitor = {
    begin: keep("begin"),
    enter: keep("enter"),
    exit: keep("exit"),
    spawn: keep("spawn"),
    end: keep("end"),
  };
  return { visitor, events };
}

function walk(visitor: CallVisitor): void {
  readRecording([memorySource(trace), memorySource(trace)]).visit(visitor);
}

test("combined visitors each get every event, as they would alone", () => {
  const [alone, first, second] = [recorder(), recorder(), recorder()];
  walk(alone.visitor);
  walk(combineVisitors([first.visitor, { exit() {} }, second.visitor]));
  expect(new Set(alone.events.map(([name]) => name))).toEqual(new Set(["begin", "enter", "exit", "spawn", "end"]));
  expect(first.events).toEqual(alone.events);
  expect(second.events).toEqual(alone.events);
});

test("each process's visitor gets the events of its process, all of them", () => {
  const [alone, first, second] = [recorder(), recorder(), recorder()];
  walk(alone.visitor);
  walk(visitEachProcess([first.visitor, second.visitor]));
  expect(first.events).toEqual(alone.events.slice(0, alone.events.length / 2));
  expect(second.events).toEqual(alone.events.slice(alone.events.length / 2));
});
