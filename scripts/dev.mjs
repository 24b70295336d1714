// npm run dev [-- ARG…]: bundles what changed, then runs gotrace with the arguments in the directory where npm was called.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { bundleIfStale } from "./bundle.mjs";

await bundleIfStale();
const args = process.argv.slice(2);
if (args.length > 0) {
  const main = fileURLToPath(new URL("../dist/bin/main.js", import.meta.url));
  const { status } = spawnSync(process.execPath, [main, ...args], { stdio: "inherit", cwd: process.env.INIT_CWD });
  process.exitCode = status ?? 1;
}
