// npm runs this in a clone before it packs or links it (`npm pack`, `npm install -g .`, `npm install git+…`). It builds,
// unless something else does. Users of the published package get it built.
import { execSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const cwd = fileURLToPath(new URL("..", import.meta.url));
const run = (command) =>
  // Standard output may have to carry npm's list of packed files, so builds print to standard error.
  execSync(command, {
    cwd,
    stdio: ["ignore", 2, 2],
    env: { ...process.env, GOTRACE_PREPARE: "no", npm_config_global: "" },
  });

if (process.env.GOTRACE_PREPARE !== "no") {
  // When it links a directory, npm does not install the packages needed to build it.
  if (!existsSync(`${cwd}/node_modules/esbuild`)) run("npm ci --no-fund --no-audit");
  run("npm run --silent build");
}
