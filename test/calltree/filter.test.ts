import { expect, test } from "vitest";
import { childrenOf, isTestFunction, testSections, type View, viewTree } from "../../src/calltree/index.js";
import { grow } from "./script.js";

const forest = grow(`
  0   g1 { main.main
  10  g1 { main.slow
  12  g1 { main.inner
  13  g1 }
  40  g1 }
  41  g1 { main.often
  42  g1 }
  43  g1 { main.often
  44  g1 }
  50  g1 { main.start
  51  g1 go g2
  52  g1 }
  55  g2 { main.worker
  90  g2 }
  100 g1 }`);
const { tree } = forest.processes[0];

function names(view: View, nodes: readonly number[] = view.roots): unknown[] {
  return nodes.flatMap((node) => {
    const name = forest.functions[tree.func[node]].name.replace("main.", "");
    const children = names(view, view.children(node));
    return children.length === 0 ? [name] : [name, children];
  });
}

test("siblings come by time, by start or by calls", () => {
  expect(names(viewTree(tree))).toEqual(["main", ["slow", ["inner"], "often", "start", ["worker"]]]);
  expect(names(viewTree(tree, { sort: "start" }))).toEqual(["main", ["slow", ["inner"], "often", "start", ["worker"]]]);
  expect(names(viewTree(tree, { sort: "calls" }))).toEqual(["main", ["often", "slow", ["inner"], "start", ["worker"]]]);
});

test("depth and least time leave nodes out, and say how many", () => {
  const shallow = viewTree(tree, { depth: 2 });
  expect(names(shallow)).toEqual(["main", ["slow", "often", "start"]]);
  expect(shallow.hidden).toEqual({ nodes: 2, calls: 2 });
  const long = viewTree(tree, { minimum: 20_000 });
  // The frame that started a long goroutine is kept even if it is short.
  expect(names(long)).toEqual(["main", ["slow", "start", ["worker"]]]);
  expect(long.hidden).toEqual({ nodes: 2, calls: 3 });
  expect(names(viewTree(tree, { minimumPercent: 32, whole: 100_000 }))).toEqual(["main", ["start", ["worker"]]]);
});

test("a view can begin anywhere and leave subtrees to others", () => {
  const slow = childrenOf(tree, 1)[0];
  expect(names(viewTree(tree, { depth: 1 }, [slow]))).toEqual(["slow"]);
  expect(names(viewTree(tree, { omit: new Set([slow]) }))).toEqual(["main", ["often", "start", ["worker"]]]);
});

test("test functions are known by their names, as in cmd/go", () => {
  const yes = ["p.TestX", "a.b/p_test.Test_x", "p.Test", "p.BenchmarkÄ", "p.Example", "p.FuzzÖ", "x.y/z.Test1"];
  const no = ["p.Testify", "p.TestMain", "p.TestX.func1", "p.(*T).TestX", "p.helper", "p.Examples", "q.T.TestX"];
  expect(yes.filter((name) => !isTestFunction(name))).toEqual([]);
  expect(no.filter(isTestFunction)).toEqual([]);
});

test("one section for each test, and one for what ran outside", () => {
  const tests = grow(`
    0   g1 { p.init.0
    1   g1 }
    2   g1 { p.TestMain
    10  g2<g1 { p.TestB
    15  g3<g2 { p.TestB.func1
    18  g3 }
    20  g2 }
    30  g4<g1 { p.TestA
    40  g4 }
    50  g1 }`);
  const [process] = tests.processes;
  const sections = testSections(process.tree, tests.functions, process.total, { sort: "start" });
  const shown = sections.map(({ view, whole }) => [
    whole / 1000,
    view.roots.map((root) => tests.functions[process.tree.func[root]].name),
    view.roots.flatMap((root) => view.children(root)).map((node) => tests.functions[process.tree.func[node]].name),
  ]);
  expect(shown).toEqual([
    [10, ["p.TestB"], ["p.TestB.func1"]],
    [10, ["p.TestA"], []],
    [50, ["p.init.0", "p.TestMain"], []],
  ]);
});
