import { expect, test } from "vitest";
import { ID_LIMIT } from "../../src/calltree/index.js";
import { processNotices } from "../../src/render/notices.js";
import { buildForest } from "../support/calltrace/build-forest.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { TraceWriter } from "../support/calltrace/writer.js";

test("functions beyond the limit count as one, with their go statements", () => {
  const trace = new TraceWriter({ capacity: 16 << 20, rate: 1 });
  let last = 0;
  for (let i = 0; i < ID_LIMIT + 3; i++) last = trace.define("function", `f${i}`);
  expect(last).toBe(ID_LIMIT + 3);
  const [main, child] = [trace.slot(0), trace.slot(1)];
  main.begin(0, 1, 0);
  let time = 10;
  for (const id of [1, ID_LIMIT, ID_LIMIT + 1, ID_LIMIT + 2, ID_LIMIT + 1]) {
    main.enter(time++, id);
    main.exit(time++);
  }
  main.enter(time++, 1);
  child.begin(time + 1, 2, 1, main.spawn(time, ID_LIMIT + 3));
  child.enter(time + 2, 2);
  child.exit(time + 3);
  main.exit(time + 4);
  const { functions, processes } = buildForest(memorySource(trace.finish()));
  const [{ tree, manyFunctions }] = processes;
  const nodes = Array.from({ length: tree.size - 1 }, (_, i) => [functions[tree.func[i + 1]].name, tree.calls[i + 1]]);
  expect(nodes).toEqual([
    ["f0", 2],
    ["f1", 1],
    [`f${ID_LIMIT - 1}`, 1],
    ["[other functions]", 3],
  ]);
  expect(functions[tree.goStatement[2]].name).toBe("[other functions]");
  expect(manyFunctions).toBe(true);
  expect(processNotices(processes[0]).map(({ text }) => text)).toContain(
    "more than 131,072 functions: calls of those beyond are counted under [other functions]",
  );
});
