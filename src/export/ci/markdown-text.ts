/** Text within Markdown, such that nothing in it is markup. */

/** Characters of a comment on GitHub, less some for what the sender adds. */
export const MAX_CHARACTERS = 60_000;

/** A code span: its fence is longer than any run of backticks within. */
export function code(text: string): string {
  const line = text.replace(/\s+/g, " ");
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const space = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${fence}${space}${line}${space}${fence}`;
}

/** A code block: as with spans. */
export function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

/** Plain text of one line in which nothing is markup, a mention or a link to an issue. */
export function prose(text: string): string {
  return html(text.replace(/\s+/g, " "))
    .replace(/[\\`*_[\]|~#]/g, "\\$&")
    .replace(/@/g, "@\u200b");
}

/** In a cell a bar ends the cell, even in a code span. */
export function cell(text: string): string {
  return text.replace(/(?<!\\)\|/g, "\\|");
}

/** Text between tags. */
export function html(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
