/** Changes whenever the same source gives another text: part of every cache key. A file of its own, cheap to import. */
export const INSTRUMENT_VERSION = "10";
