/** The lines in which two stretches differ, for people. */

/** Longer stretches are not compared line by line; none of gotrace's is that long. */
const LONGEST = 2000;

/**
 * The lines to take out (`-`) and to put in (`+`), in order, with `…` where equal lines are between them.
 * @param most lines to show; the rest is counted
 */
export function diffLines(from: readonly string[], to: readonly string[], most = 12): string[] {
  const all = compared(from, to);
  const shown = all.slice(0, most);
  const left = all.slice(most).filter((line) => line !== "…").length;
  return left === 0 ? shown : [...shown, `… and ${left} more`];
}

function compared(from: readonly string[], to: readonly string[]): string[] {
  let head = 0;
  while (head < from.length && head < to.length && from[head] === to[head]) head++;
  let tail = 0;
  while (tail < from.length - head && tail < to.length - head && from.at(-1 - tail) === to.at(-1 - tail)) tail++;
  const a = from.slice(head, from.length - tail);
  const b = to.slice(head, to.length - tail);
  if (Math.max(a.length, b.length) > LONGEST) return [...a.map((line) => `-${line}`), ...b.map((line) => `+${line}`)];
  return walk(a, b, common(a, b));
}

/** By positions in both, the length of the longest common subsequence of what follows. */
function common(a: readonly string[], b: readonly string[]): Uint16Array[] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i][j] = a[i] === b[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  return lengths;
}

function walk(a: readonly string[], b: readonly string[], lengths: readonly Uint16Array[]): string[] {
  const lines: string[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      if (lines.at(-1) !== "…") lines.push("…");
      i++;
      j++;
    } else if (j === b.length || (i < a.length && lengths[i + 1][j] >= lengths[i][j + 1])) lines.push(`-${a[i++]}`);
    else lines.push(`+${b[j++]}`);
  }
  return lines;
}
