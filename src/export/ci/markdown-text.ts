/** Escapes text for Markdown, so that nothing in it is markup. */

/** Length limit of a comment on GitHub (65,536), less room for what the sender adds. */
export const MAX_CHARACTERS = 60_000;

/** A code span. Its fence is longer than any run of backticks in the text. */
export function code(text: string): string {
  const line = text.replace(/\s+/g, " ");
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const space = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${fence}${space}${line}${space}${fence}`;
}

/** A code block. Its fence is longer than any run of backticks in the text. */
export function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

/** One line of plain text without markup, mentions or issue links. */
export function prose(text: string): string {
  return html(text.replace(/\s+/g, " "))
    .replace(/[\\`*_[\]|~#]/g, "\\$&")
    .replace(/@/g, "@\u200b");
}

/** Escapes bars, which end a table cell even within a code span. */
export function cell(text: string): string {
  return text.replace(/(?<!\\)\|/g, "\\|");
}

/** Escapes text between HTML tags. */
export function html(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
