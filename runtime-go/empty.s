// This file makes the compiler accept the bodiless linkname declarations.
