// Vitest's global setup: brings dist/bin up to date before the tests, and before each repetition in watch mode. If that fails,
// tests that need dist/bin fail and say so (test/support/bundle.ts); the others run.
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
