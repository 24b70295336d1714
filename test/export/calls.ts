/** Recordings for tests of exporters. */
import fc from "fast-check";
import { type Ending, type Recording, readRecording, type SelectOptions } from "../../src/calltree/index.js";
import { run } from "../calltree/program.js";
import { scripted } from "../calltree/script.js";
import { memorySource } from "../support/calltrace/memory-source.js";

/** A recording of scripts, one for each process. */
export function record(scripts: string | readonly string[], select: SelectOptions = {}): Recording {
  const list = typeof scripts === "string" ? [scripts] : scripts;
  return readRecording(
    list.map((script, index) =>
      memorySource(
        scripted(script, {
          header: {
            numbers: { pid: BigInt(100 + index), startWall: BigInt(10 ** 18 + index * 5120) },
            strings: { executable: `/bin/program${index}` },
          },
        }),
      ),
    ),
    { select },
  );
}

/** Arbitrary random programs, with the size of the chunks of their traces. */
export const programs = fc.tuple(
  fc.array(fc.nat(1 << 20), { maxLength: 600, size: "max" }),
  fc.constantFrom(128, 4096),
);

/** The recording of a random program. */
export function recordProgram([choices, chunkMax]: readonly [readonly number[], number]): Recording {
  return readRecording(memorySource(run(choices, chunkMax).bytes));
}

/** The calls of a recording of one process, in the order in which they end, as `make` shows them. */
export function callsOf(
  recording: Recording,
  make: (goid: number, start: number, end: number, name: string, how: Ending) => string,
): string[] {
  const { functions, processes } = recording.forest;
  const calls: string[] = [];
  let goid = 0;
  recording.visit({
    begin: (goroutine) => {
      goid = goroutine.goid;
    },
    exit: (node, start, end, _self, how) => {
      calls.push(make(goid, start, end, functions[processes[0].tree.func[node]].name, how));
    },
  });
  return calls;
}

/** Three workers: one out of order in the file, one that never ends. */
export const workers = `
  0    g1 { main.main
  1    g1 go g4
  2    g1 go g2
  3    g2 { main.worker
  5    g4 { main.slow
  6    g1 go g3
  7    g2 { main.step
  8    g2 }
  9    g2 }
  10   g3 { main.worker
  11   g3 { main.step
  30   g3 }
  31   g3 }
  40   g1 }`;

/** The script of a goroutine that calls `main.get` while another one, which it starts, calls `main.put`. */
export const waitingCalls = `
  0  g1 { main.main
  1  g1 go g2
  2  g1 { main.get
  12 g1 }
  20 g1 }
  3  g2 { main.put
  9  g2 }`;
