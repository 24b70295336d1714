/** Finds files of the installed package. */
import { fileURLToPath } from "node:url";

/** Path of a file in dist/bin. Works from the source and from the bundle: both lie two levels below the package. */
export function resource(name: string): string {
  return fileURLToPath(new URL(`../../dist/bin/${name}`, import.meta.url));
}

/** Path of a file or directory in templates. */
export function template(name: string): string {
  return fileURLToPath(new URL(`../../templates/${name}`, import.meta.url));
}
