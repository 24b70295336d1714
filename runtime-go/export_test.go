package rt

// What the tests of package rt_test need from inside this package.

// Sanitized says that a sanitizer is on.
const Sanitized = sanitized

// DropTokens makes the recorder do without its token region.
func DropTokens() { rec.tokens = nil }
