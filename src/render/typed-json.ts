/** Serializes typed results as JSON. */
import { jsonText } from "../base/printable.js";

/** Indented JSON with a final newline. Program counters are omitted: they mean nothing without the binary. */
export function typedJson(value: unknown): string {
  return `${jsonText(value, (key, inner: unknown) => (key === "pc" ? undefined : inner), 2)}\n`;
}
