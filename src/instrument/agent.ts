/** Recognises the code of the package that `gotrace agent` writes: it would show in trees as the user's own. */

const stretch = /^\/\/ gotrace:begin (\w+)\b.*$[\s\S]*?^\/\/ gotrace:end \1\b/gm;

/** Why functions of the agent get no hooks. */
export const OF_AGENT = "of gotrace's agent";

/** Finds out which offsets of a text are between marks of the agent. */
export function agentCode(text: string): (offset: number) => boolean {
  const stretches = text.includes("// gotrace:begin ")
    ? [...text.matchAll(stretch)].map(({ index, 0: { length } }) => ({ start: index, end: index + length }))
    : [];
  return (offset) => stretches.some(({ start, end }) => offset >= start && offset < end);
}
