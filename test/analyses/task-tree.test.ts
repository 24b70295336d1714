import { expect, test } from "vitest";
import { Accounts } from "../../src/analyses/accounts.js";
import { Intervals } from "../../src/analyses/intervals.js";
import { Ranges } from "../../src/analyses/ranges.js";
import { TaskTree } from "../../src/analyses/task-tree.js";
import { readerOf } from "./traces.js";

test("tasks may be nested as deeply as a program likes", () => {
  const accounts = new Accounts(new Intervals(readerOf("go1.26-workload")), new Ranges());
  const tree = new TaskTree(accounts);
  const depth = 50_000;
  for (let id = 1; id <= depth; id++) tree.begin(id, "task", id - 1, id, 1);
  tree.get(depth)!.goroutines.add(7);
  const outermost = tree.get(1)!;
  expect(tree.total(outermost)).toEqual(accounts.zeros());
  expect([...outermost.goroutines]).toEqual([7]);
});
