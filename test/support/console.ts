/** Parses the examples in documents: the commands they type and the output they show. */

/** A command of an example and what it shows, both as written. */
export interface Typed {
  readonly command: string;
  readonly shown: readonly string[];
}

/** The fenced blocks of a language in a document. */
export function fences(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(([, block]) => block!);
}

/**
 * The commands of a `console` block: lines that begin with `$ `, continued by lines that begin with `> `; the other
 * lines are their output.
 */
export function typed(block: string): Typed[] {
  const result: { command: string; shown: string[] }[] = [];
  for (const line of block.trimEnd().split("\n")) {
    if (line.startsWith("$ ")) result.push({ command: line.slice(2), shown: [] });
    else if (line.startsWith("> ") && result.at(-1)!.shown.length === 0) result.at(-1)!.command += `\n${line.slice(2)}`;
    else result.at(-1)!.shown.push(line);
  }
  return result;
}

/**
 * The part of a line that is the same in every run: without times and dates, shares, sizes, numbers that the scheduler decides,
 * branches and widths.
 */
export function steady(line: string): string {
  return (
    line
      .replace(/[│├└─\s]+/g, " ")
      .replace(/(\d{4}-\d\d-\d\d )?\b\d\d:\d\d:\d\d\.\d{3}\b/g, "D")
      .replace(/[~≥]?-?\+?\b\d[\d,.]*(ns|µs|ms|m?s|%| ?[KMG]i?B)(?![\w/])/g, "T")
      .replace(/\d+(?= (returned|goroutines? waited|times for|steps))|(?<=Task )\d+/g, "N")
      .replace(/(?<=--call )(\d+:)?\d+\.\d+/, "ID")
      .replace(/^(WARN|ERROR) /, "")
      // A server's connection may carry several requests, and its goroutine is the same then.
      .replace(/ in \d+ goroutines(?= |$)/, "")
      .replace(/(?<= events, )\d+(?= goroutines$)/, "N")
      // Whether a change of times is significant depends on the machine.
      .replace(/(?<= )~(?= )/g, "T")
      .trim()
  );
}

/** Lines about things that the scheduler may do differently, or not at all. */
const possible = /\b(waiting|runnable): |\brunnable, waiting\b|^ *AT +TIME |^ *\+[\d.]+(ns|µs|m?s) /;

/**
 * The lines of an example's output that are the same in every run, without those that it leaves out (`…`). A line may
 * end in `…`.
 */
export function promised(shown: readonly string[]): string[] {
  return shown
    .filter((line) => !possible.test(line))
    .map(steady)
    .filter((line) => line !== "" && line !== "…");
}
