// Bundles the command. Node takes a third of a millisecond and more to load a file, so what a run loads lies in a few files:
// rolldown, unlike esbuild, can be told which modules belong together.
import { relative } from "node:path";
import { rolldown } from "rolldown";

/**
 * By name of a file, modules: the file holds all that they import statically and no earlier file holds. (Not the modules
 * themselves: a file that imports one with `main.ts` in it would wait for the end of its top-level `await`, the whole run.)
 * Everything else is split by which commands need it.
 */
const IMPORTS_OF = {
  // For help, and before every command.
  start: ["src/cli/main.ts"],
  // What `gotrace run` needs before it starts go.
  run: ["src/cli/commands/run.ts"],
  // For running the program, loaded while go works.
  execute: ["src/cli/run/run-traced.ts"],
  // For the tree, loaded while the program runs.
  report: ["src/cli/report/reporting.ts", "src/cli/report/text-formats.ts", "src/render/tree/tree.ts"],
};

/**
 * Bundles the command, the program for `go build -toolexec`, and the threads that follow traces, judge snapshots and read traces.
 * @param cacheKey see lib-cache-key.mjs
 * @returns files (name → text), and what they are made of, in the form of esbuild's metafile
 */
export async function bundleCommand(root, cacheKey) {
  const outputs = await Promise.all([
    bundle(root, cacheKey, { main: "src/cli/main.ts" }, splitting(root)),
    // Go starts it for each package that it compiles: one file of its own is loaded sooner than shared ones.
    bundle(root, cacheKey, { toolexec: "src/build/toolexec-main.ts" }, false),
    bundle(root, cacheKey, { "follow-worker": "src/cli/run/follow-worker.ts" }, false),
    bundle(root, cacheKey, { "judge-worker": "src/cli/run/judge-worker.ts" }, false),
    bundle(root, cacheKey, { "share-worker": "src/cli/share-worker.ts" }, false),
  ]);
  const chunks = outputs.flat();
  for (const name of Object.keys(IMPORTS_OF)) {
    if (!chunks.some((chunk) => chunk.name === name)) throw new Error(`the bundle has no file '${name}'`);
  }
  const modules = chunks.flatMap((chunk) => chunk.moduleIds).map((id) => relative(root, id));
  return {
    files: new Map(chunks.map(({ fileName, code }) => [fileName, code])),
    metafile: { inputs: Object.fromEntries(modules.sort().map((path) => [path, {}])) },
  };
}

async function bundle(root, cacheKey, input, codeSplitting) {
  const bundling = await rolldown({
    input,
    cwd: root,
    platform: "node",
    transform: { target: "node20", define: { GOTRACE_CACHE_KEY: JSON.stringify(cacheKey) } },
    logLevel: "warn",
    // web-tree-sitter evaluates functions that a grammar may bring along; Go's brings none.
    checks: { eval: false },
  });
  try {
    const { output } = await bundling.generate({
      format: "esm",
      codeSplitting,
      // Names and lines stay, for traces of the stack and for debuggers; Node loads the files no slower.
      minify: { compress: true, mangle: false, codegen: false },
      comments: false,
    });
    return output;
  } finally {
    await bundling.close();
  }
}

function splitting(root) {
  const groups = Object.entries(IMPORTS_OF).map(([name, paths], index, { length }) => ({
    debugName: name,
    name: (id, graph) =>
      paths.some((path) => graph.getModuleInfo(`${root}${path}`).importedIds.includes(id)) ? name : null,
    priority: length - index,
  }));
  return { groups };
}
