package rt

// What the tests of package rt_test need from inside this package.

// Sanitized is for the tests of package rt_test.
const Sanitized = sanitized

// DropTokens makes the recorder do without its token region.
func DropTokens() { rec.tokens = nil }
