// After tsc: the grammar goes beside dist (so that users install no package with an install script), and the
// command gets the executable bit that tsc does not set.
import { chmodSync, copyFileSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
mkdirSync(at("grammar"), { recursive: true });
copyFileSync(at("node_modules/tree-sitter-go/tree-sitter-go.wasm"), at("grammar/tree-sitter-go.wasm"));
copyFileSync(at("node_modules/tree-sitter-go/LICENSE"), at("grammar/LICENSE"));
chmodSync(at("dist/cli/main.js"), 0o755);
