/** Which test a node belongs to. */
import { type CallTree, type FunctionInfo, isTestFunction } from "../calltree/index.js";

/** By node: the function of the outermost test that it is or stands beneath, as in `gotrace test`; -1 for none. */
export function testsOf(tree: CallTree, functions: readonly FunctionInfo[]): Int32Array {
  const isTest = functions.map(({ name }) => isTestFunction(name));
  const tests = new Int32Array(tree.size).fill(-1);
  for (let node = 1; node < tree.size; node++) {
    const above = tests[tree.parent[node]];
    tests[node] = above < 0 && isTest[tree.func[node]] ? tree.func[node] : above;
  }
  return tests;
}
