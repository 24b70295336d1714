/** Rounding parts of a whole so that they still add up to it. */

/**
 * Whole numbers that add up to `whole`, each as near to its part as that allows: the largest remainders are rounded up.
 * What parts lack, or exceed the whole by, beyond rounding goes to or comes from the last one, then from the largest.
 *
 * @param whole a whole number
 * @param parts not negative, but for errors of rounding
 */
export function exactParts(whole: number, parts: ArrayLike<number>): number[] {
  const given = Array.from(parts, (part) => Math.max(0, part));
  const rest = whole - Math.round(given.reduce((sum, part) => sum + part, 0));
  if (rest > 1) given[given.length - 1] += rest;
  const rounded = given.map(Math.floor);
  let left = whole - rounded.reduce((sum, part) => sum + part, 0);
  const order = rounded.map((_, i) => i).sort((a, b) => given[b] - rounded[b] - (given[a] - rounded[a]));
  for (let i = 0; left > 0; i = (i + 1) % order.length, left--) rounded[order[i]]++;
  while (left < 0) {
    const largest = rounded.indexOf(Math.max(...rounded));
    const taken = Math.min(rounded[largest], -left);
    if (taken === 0) break;
    rounded[largest] -= taken;
    left += taken;
  }
  return rounded;
}
