// Compiles src/exectrace/core (AssemblyScript) to WebAssembly, and writes it as the module src/exectrace/wasm.ts, which
// belongs to no commit. Does nothing while the module is newer than the sources.
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const self = fileURLToPath(import.meta.url);
const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const folder = at("src/exectrace/core");
const module = at("src/exectrace/wasm.ts");
const timeOf = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Functions up to this size (in Binaryen's measure) are inlined: the compiler's own limit costs a tenth of the speed. */
const INLINED = 400;

export default async function buildCore() {
  const sources = readdirSync(folder).map((name) => `${folder}/${name}`);
  const newest = Math.max(...[...sources, at("src/exectrace/codes.ts"), self].map(timeOf));
  if (newest < timeOf(module)) return;
  // The compiler takes a second to load.
  const [{ default: asc }, { default: binaryen }] = await Promise.all([
    import("assemblyscript/asc"),
    import("binaryen"),
  ]);
  const text = Buffer.from(optimized(binaryen, await compiled(asc))).toString("base64");
  writeFileSync(module, `/** core/, compiled by scripts/build-core.mjs. */\nexport const WASM =\n  "${text}";\n`);
}

async function compiled(asc) {
  const outputs = new Map();
  const options = [
    "--optimizeLevel",
    "3",
    "--noAssert",
    "--enable",
    "simd",
    "--runtime",
    "minimal",
    "--use",
    "abort=",
    "--outFile",
    "core",
  ];
  const { error, stderr } = await asc.main([`${folder}/index.ts`, ...options], {
    writeFile: (name, contents) => outputs.set(name, contents),
  });
  if (error) throw new Error(`${stderr.toString()}${error.message}`);
  return outputs.get("core");
}

function optimized(binaryen, binary) {
  const { BulkMemory, BulkMemoryOpt, MutableGlobals, NontrappingFPToInt, SIMD128, SignExt } = binaryen.Features;
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  binaryen.setFlexibleInlineMaxSize(INLINED);
  binaryen.setOneCallerInlineMaxSize(INLINED / 2);
  const core = binaryen.readBinary(binary);
  core.setFeatures(BulkMemory | BulkMemoryOpt | MutableGlobals | NontrappingFPToInt | SIMD128 | SignExt);
  core.optimize();
  core.optimize();
  return core.emitBinary();
}

if (process.argv[1] === self) await buildCore();
