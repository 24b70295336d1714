/** Files of the installed package. */
import { fileURLToPath } from "node:url";

/** Path of a file in dist/bin. This module lies as deep below the package as its bundle does. */
export function resource(name: string): string {
  return fileURLToPath(new URL(`../../dist/bin/${name}`, import.meta.url));
}
