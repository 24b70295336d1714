package rt

// Site is the word of memory that a hook owns: zero until the hook is first used, then the number that the trace knows it by.
// Rewritten files say Site and not uint32, because a package may give that name another meaning.
type Site = uint32
