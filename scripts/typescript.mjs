// Has Node load TypeScript: `import "./typescript.mjs"`, then `await import("../src/….ts")`. Scripts use it to run what is in
// src and test without a build. Types are stripped by esbuild, not checked.
import { existsSync, readFileSync } from "node:fs";
import { register } from "node:module";
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";
import { transformSync } from "esbuild";

// Node calls the hooks below on a thread of its own, where this module is loaded again.
if (isMainThread) register(import.meta.url);

/** TypeScript's sources import "./name.js" and mean name.ts. */
export function resolve(specifier, context, next) {
  if (/^\.\.?\/.*\.js$/.test(specifier) && context.parentURL?.endsWith(".ts")) {
    const url = new URL(specifier.replace(/\.js$/, ".ts"), context.parentURL);
    if (existsSync(url)) return { url: url.href, format: "module", shortCircuit: true };
  }
  return next(specifier, context);
}

export function load(url, context, next) {
  if (!url.startsWith("file:") || !url.endsWith(".ts")) return next(url, context);
  const sourcefile = fileURLToPath(url);
  const options = { loader: "ts", format: "esm", target: "node20", sourcemap: "inline", sourcefile };
  const { code } = transformSync(readFileSync(sourcefile, "utf8"), options);
  return { format: "module", source: code, shortCircuit: true };
}
