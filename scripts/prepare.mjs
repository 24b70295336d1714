// What npm runs in a clone before it packs or links it (`npm pack`, `npm install -g .`, `npm install git+…`): builds, where
// nothing else does. Users who install a package get it done.
import { execSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const cwd = fileURLToPath(new URL("..", import.meta.url));
const run = (command) =>
  // What is said on standard output may be the list of what was packed.
  execSync(command, {
    cwd,
    stdio: ["ignore", 2, 2],
    env: { ...process.env, GOTRACE_PREPARE: "no", npm_config_global: "" },
  });

if (process.env.GOTRACE_PREPARE !== "no") {
  // Linking a directory does not install what building it takes.
  if (!existsSync(`${cwd}/node_modules/esbuild`)) run("npm ci --no-fund --no-audit");
  run("npm run --silent build");
}
