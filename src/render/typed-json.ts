/** Typed results as JSON. */
import { jsonText } from "../base/printable.js";

/** Indented, ending in a newline; program counters are left out, they mean nothing without the binary. */
export function typedJson(value: unknown): string {
  return `${jsonText(value, (key, inner: unknown) => (key === "pc" ? undefined : inner), 2)}\n`;
}
