/**
 * Traces as scripts, with one event on each line: time (microseconds), goroutine, and what it does.
 *
 *     0  g1    { main.main          enters
 *     0  g1    late main.run         enters late: it began while recording was paused
 *     10 g1    go g2                runs a go statement that starts exactly g2
 *     20 g2    { main.worker
 *     30 g2    }                    returns; `} panic` and `} goexit` do not; `} deferred` is within a panic
 *     40 g3<g1 { main.main.func1    was started by untraced code on g1
 *     50 g4@2  { main.worker        reuses the g (slot) of g2
 *     60 g5<g1=TestGet/first { main.TestGet.func1   runs a test with that name
 *     70 g1    parent g7 g6         records that g6 started g7, which is not traced
 */

import type { CallForest, ReplayOptions } from "../../src/calltree/index.js";
import { buildForest } from "../support/calltrace/build-forest.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { TraceWriter, type WriterOptions } from "../support/calltrace/writer.js";

/** The bytes of a scripted trace. */
export function scripted(script: string, options: WriterOptions = {}): Uint8Array {
  const trace = new TraceWriter(options);
  const ids = new Map<string, number>();
  const refs = new Map<number, { ref: number; parent: number }>();
  const slots = new Map<number, number>();
  const idOf = (kind: "function" | "go" | "test", name: string) => {
    const key = `${kind} ${name}`;
    if (!ids.has(key)) ids.set(key, trace.define(kind, name, "main.go", ids.size + 1));
    return ids.get(key)!;
  };
  for (const line of script.split("\n").filter((line) => line.trim() !== "")) {
    const [, micros, id, rest, what, arg, count] = /^\s*([\d.]+)\s+g(\d+)(\S*)\s+(\S+)\s*(\S*)\s*(\d*)/.exec(line)!;
    const time = Math.round(Number(micros) * 1000);
    const goid = Number(id);
    const slotNumber = slots.get(goid) ?? Number(/@(\d+)/.exec(rest)?.[1] ?? goid);
    const slot = trace.slot(slotNumber);
    if (!slots.has(goid)) {
      slots.set(goid, slotNumber);
      const untraced = Number(/<g(\d+)/.exec(rest)?.[1] ?? 0);
      const { ref, parent } = refs.get(goid) ?? { ref: 0, parent: 0 };
      const named = /=(\S+)/.exec(rest)?.[1];
      if (named !== undefined) slot.beginTest(time, goid, untraced, idOf("test", named));
      else slot.begin(time, goid, untraced || parent, ref);
    }
    if (what === "parent") {
      slot.parent(time, Number(arg.slice(1)), Number(/g(\d+)\s*$/.exec(line)![1]));
      continue;
    }
    if (what === "late") slot.late(time, idOf("function", arg));
    else if (what === "{") slot.enter(time, idOf("function", arg));
    else if (what === "go") {
      refs.set(Number(arg.slice(1)), { ref: slot.spawn(time, idOf("go", "main.main")), parent: goid });
    } else if (arg === "deferred") slot.exitDeferred(time, Number(count || 1));
    else if (arg === "panic") slot.exitPanic(time, Number(count || 0));
    else if (arg === "goexit") slot.exitGoexit(time);
    else slot.exit(time);
  }
  return trace.finish();
}

/** The forest of a scripted trace. */
export function grow(script: string, options: ReplayOptions = {}, writer: WriterOptions = {}): CallForest {
  return buildForest(memorySource(scripted(script, writer)), options);
}

/** A tree as indented lines: `name calls total/self` in microseconds, with how it hangs and how frames ended. */
export function outline({ functions, processes: [{ tree }] }: CallForest): string {
  const lines: string[] = [];
  for (let node = 1; node < tree.size; node++) {
    const spawn = ["", "go ", "go? ", "go~ "][tree.edge[node]];
    const ends = Object.entries({
      panic: tree.panics,
      goexit: tree.goexits,
      running: tree.running,
      recovered: tree.recovered,
    })
      .filter(([, counts]) => counts.has(node))
      .map(([name, counts]) => ` ${name}:${counts.get(node)}`);
    const times = `${tree.total[node] / 1000}/${tree.self[node] / 1000}`;
    const name = `${"  ".repeat(tree.depth[node] - 1)}${spawn}${functions[tree.func[node]].name}`;
    lines.push(`${name} ${tree.calls[node]} ${times}${ends.join("")}`);
  }
  return lines.join("\n");
}
