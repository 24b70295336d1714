/** The column with the test that a row belongs to. */
import { ownersOf, type Recording } from "../../calltree/index.js";
import type { Column, Row } from "./columns.js";

/** @param nodeOf the node of a row in the tree of its process */
export function testColumn<R extends Row>({ forest }: Recording, nodeOf: (row: R) => number): Column<R> {
  const owners = forest.processes.map(({ tree }) => ownersOf(tree, forest.functions));
  const starts = owners.map((_, at) => owners.slice(0, at).reduce((sum, { names }) => sum + names.length, 0));
  return {
    name: "test",
    kind: "lookup",
    type: "string",
    values: owners.flatMap(({ names }) => names),
    nullable: true,
    of: (row) => {
      const test = owners[row.process].of[nodeOf(row)];
      return test < 0 ? -1 : starts[row.process] + test;
    },
  };
}
