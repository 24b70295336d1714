/** The tests that rows belong to. */
import { type CallForest, isTestFunction, latest, ownersOf, type Recording } from "../../calltree/index.js";
import type { Column, Row } from "./columns.js";

/** The tests of all processes. */
export class Tests {
  /** Each once. */
  readonly names: readonly string[];
  /** The test that a node of a process belongs to; undefined for none. */
  readonly of: (process: number, node: number) => string | undefined;

  constructor({ functions, processes }: CallForest) {
    // Without a test function there are tests only where the trace names them.
    const hasFunctions = functions.some(({ name }) => isTestFunction(name));
    const ownersIn = latest((process) => ownersOf(processes[process].tree, functions));
    const found = new Set<string>();
    for (const [process, { counts }] of processes.entries()) {
      if (!hasFunctions && counts.tests === 0) continue;
      for (const name of ownersIn(process).names) found.add(name);
    }
    this.names = [...found];
    this.of = (process, node) => {
      if (found.size === 0) return undefined;
      const { names, of } = ownersIn(process);
      return names[of[node]];
    };
  }
}

/** The column with the test that a row belongs to. @param nodeOf the node of a row in the tree of its process */
export function testColumn<R extends Row>({ forest }: Recording, nodeOf: (row: R) => number): Column<R> {
  const { names, of } = new Tests(forest);
  const numbers = new Map(names.map((name, number) => [name, number]));
  return {
    name: "test",
    kind: "lookup",
    type: "string",
    values: names,
    nullable: true,
    of: (row) => {
      const test = of(row.process, nodeOf(row));
      return test === undefined ? -1 : numbers.get(test)!;
    },
  };
}
