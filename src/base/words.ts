/** Words of command lines that gotrace shows for a user to copy. */

/** A word as a POSIX shell takes it: in single quotes where it needs them. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) && !word.startsWith("~") ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
