/** Quotes words of the command lines that gotrace prints for copying. */

/** A word for a POSIX shell, in single quotes if it needs them. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) && !word.startsWith("~") ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
