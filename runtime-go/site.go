package rt

// Site is the word of memory that belongs to a hook point: zero until the hook first runs, then its number in the trace.
// Rewritten files write Site instead of uint32, because a package may declare something else called uint32.
type Site = uint32
