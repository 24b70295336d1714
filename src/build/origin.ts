/** Identifies the version of gotrace that stored an entry of the cache. */

/** Defined by scripts/bundle.mjs. */
declare const GOTRACE_CACHE_KEY: string | undefined;

/**
 * Part of the cache key of everything stored in gotrace's own form: a digest of the code in this folder and all that it
 * imports, so that versions of gotrace which might store different things share no entries. Code that is not bundled has no
 * digest and shares nothing with other processes.
 */
export const ORIGIN: string =
  typeof GOTRACE_CACHE_KEY === "string" ? GOTRACE_CACHE_KEY : `${process.pid}-${process.hrtime.bigint()}`;
