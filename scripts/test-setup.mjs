// Before the tests, and before each repetition in watch mode: makes dist/bin of the sources as they are. Where that fails, tests
// that need dist/bin say so (test/support/bundle.ts), and the others run.
import { bundleIfStale } from "./bundle.mjs";

/** @param {import("vitest/node").TestProject} project */
export default async function setup(project) {
  await bundle(project);
  project.onTestsRerun(() => bundle(project));
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
