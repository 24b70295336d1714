// The compiler accepts functions without a body only if the package contains an
// assembly file; those in link.go and system.go are linked by name.
