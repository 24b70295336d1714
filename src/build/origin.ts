/** Which gotrace stored what lies in the cache. */

/** Put in by scripts/bundle.mjs. */
declare const GOTRACE_CACHE_KEY: string | undefined;

/**
 * Part of the key of all that is stored in a form of our own: a digest of the code of this folder with all that it imports, so
 * that two versions of gotrace which might store different things share nothing. Code that is not bundled does not know its
 * digest, and shares nothing with other processes.
 */
export const ORIGIN: string =
  typeof GOTRACE_CACHE_KEY === "string" ? GOTRACE_CACHE_KEY : `${process.pid}-${process.hrtime.bigint()}`;
