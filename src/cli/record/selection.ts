/** Which functions a process records: lines of `+` or `-` and an expression, of which the last that matches a name decides. */

/**
 * Adds a line, and removes lines that it makes useless.
 * @param text the lines so far
 * @param line `+EXPRESSION` or `-EXPRESSION`
 */
export function withLine(text: string, line: string): string {
  const lines = text === "" ? [] : text.split("\n");
  const others = lines.filter((other) => other.slice(1) !== line.slice(1));
  // Names that no line matches are recorded unless the first line begins with +, so that sign must stay.
  const recordsOthers = lines[0]?.startsWith("-") ?? line.startsWith("-");
  if (recordsOthers && !others.some((other) => other.startsWith("-")) && line.startsWith("+")) return "";
  const shorter = [...others, line];
  return (shorter[0].startsWith("-") === recordsOthers ? shorter : [...lines, line]).join("\n");
}
