// Lets the compiler accept the declaration of nanotime.
