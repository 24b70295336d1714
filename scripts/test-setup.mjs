// Vitest's global setup: brings dist/bin up to date before the tests, and before each repetition in watch mode. If that fails,
// tests that need dist/bin fail and say so (test/support/bundle.ts); the others run.
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { bundleIfStale } from "./bundle.mjs";

/** The builds in the cache of the tests: of programs that no later run has. */
const builds = join(import.meta.dirname, "../dist/test-cache/build");
const hour = 3600 * 1000;

/** @param {import("vitest/node").TestProject} project */
export default async function setup(project) {
  removeOldBuilds();
  await bundle(project);
  project.onTestsRerun(() => bundle(project));
}

/** Those of the last hour may belong to tests that run at the same time. */
function removeOldBuilds() {
  let names = [];
  try {
    names = readdirSync(builds);
  } catch {
    return;
  }
  for (const name of names) {
    const path = join(builds, name);
    const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (Date.now() - made > hour) rmSync(path, { recursive: true, force: true });
  }
}

async function bundle(project) {
  let problem = "";
  try {
    await bundleIfStale();
  } catch (error) {
    problem = `dist/bin is older than the sources, and they cannot be bundled: ${error.message}`;
  }
  project.provide("bundleProblem", problem);
}
