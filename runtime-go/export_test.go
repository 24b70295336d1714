package rt

// Sanitized is for the tests of package rt_test.
const Sanitized = sanitized
