/** The bundled command, dist/bin. scripts/test-setup.mjs makes it from the current sources, or says why it cannot. */

import { resolve } from "node:path";
import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** Why dist/bin is not up to date; empty if it is. */
    bundleProblem: string;
  }
}

const problem = inject("bundleProblem");
if (problem !== "") throw new Error(problem);

const folder = resolve(import.meta.dirname, "../../dist/bin");

/** A file of dist/bin. */
export function bundled(name: string): string {
  return resolve(folder, name);
}

/** The command's entry, for `node`. */
export const main = bundled("main.js");
