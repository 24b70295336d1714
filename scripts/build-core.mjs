// Compiles the cores (AssemblyScript) of the two readers to WebAssembly: src/exectrace/core and src/calltree/core. Each is
// written as a module wasm.ts beside it, which is not committed. Does nothing for a module that contains the digest of its
// current sources.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const self = fileURLToPath(import.meta.url);
const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
/** The folders that have a `core`, with the `codes.ts` (and others so named) that it shares with its host. */
const PARENTS = ["src/exectrace", "src/calltree"];

/** The maximum size of inlined functions, in Binaryen's measure. The compiler's default makes the reader 10 % slower. */
const INLINED = 400;

export default async function buildCores() {
  for (const parent of PARENTS) await buildCore(parent);
}

async function buildCore(parent) {
  const folder = at(`${parent}/core`);
  const module = at(`${parent}/wasm.ts`);
  // Taken first, so that a change during the build makes the result stale.
  const head = `/** core/, compiled by scripts/build-core.mjs from sources with the digest ${digest(parent)}. */`;
  if (existsSync(module) && readFileSync(module, "utf8").startsWith(head)) return;
  // Imported here because the compiler takes a second to load.
  const [{ default: asc }, { default: binaryen }] = await Promise.all([
    import("assemblyscript/asc"),
    import("binaryen"),
  ]);
  const text = Buffer.from(optimized(binaryen, await compiled(asc, folder))).toString("base64");
  const temporary = `${module}.${process.pid}.tmp`;
  writeFileSync(temporary, `${head}\nexport const WASM =\n  "${text}";\n`);
  renameSync(temporary, module);
}

/** A digest of the sources, of this script, and of the lock file, which stands for the compiler. */
function digest(parent) {
  const folder = at(`${parent}/core`);
  const sources = readdirSync(folder).sort();
  const paths = sources.map((name) => `${folder}/${name}`);
  const codes = readdirSync(at(parent))
    .filter((name) => name.endsWith("codes.ts"))
    .sort();
  const hash = createHash("sha256");
  for (const path of [...paths, ...codes.map((name) => at(`${parent}/${name}`)), self, at("package-lock.json")]) {
    const contents = readFileSync(path);
    hash.update(`${path.slice(at("").length)}\0${contents.length}\0`).update(contents);
  }
  return hash.digest("hex");
}

async function compiled(asc, folder) {
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

if (process.argv[1] === self) await buildCores();
