// After tsc: bundles the command into dist/bin (loading some hundred small modules would cost more than most commands
// take), and copies the grammar, so that users install no package with an install script.
import { chmodSync, copyFileSync, mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
rmSync(at("dist/bin"), { recursive: true, force: true });
await build({
  entryPoints: [at("src/cli/main.ts"), at("src/cli/coverexec.ts")],
  outdir: at("dist/bin"),
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  packages: "external",
  logLevel: "warning",
});
chmodSync(at("dist/bin/main.js"), 0o755);
mkdirSync(at("grammar"), { recursive: true });
copyFileSync(at("node_modules/tree-sitter-go/tree-sitter-go.wasm"), at("grammar/tree-sitter-go.wasm"));
copyFileSync(at("node_modules/tree-sitter-go/LICENSE"), at("grammar/LICENSE"));
