/** Compiler directives that forbid a hook in their function. */

/**
 * Verbs → the reason shown. `//go:nosplit`: with a hook, the linker's check of the stack size fails. The compiler accepts the
 * other four in the runtime only; a hook violates them, because it runs on the goroutine's stack and writes pointers. All
 * other directives (`noinline`, `norace`, `nocheckptr`, `linkname`, `uintptrescapes`, `export`, …) change how the function
 * is compiled or called, but not what it may do. From cmd/compile/internal/noder/lex.go.
 */
const forbidding = new Map([
  ["go:nosplit", "//go:nosplit"],
  ["go:systemstack", "//go:systemstack"],
  ["go:nowritebarrier", "//go:nowritebarrier"],
  ["go:nowritebarrierrec", "//go:nowritebarrierrec"],
  ["go:yeswritebarrierrec", "//go:yeswritebarrierrec"],
]);

/**
 * The directive that forbids hooking a function, or null. A function has all directives between the end of the previous
 * declaration and the token after `func`; general comments do not count.
 *
 * @param from end of the previous declaration
 * @param to offset of the token after the function's `func`
 */
export function forbiddenBy(text: string, from: number, to: number): string | null {
  if (!text.slice(from, to).includes("//go:")) return null;
  for (let i = from; i < to; i++) {
    if (text[i] !== "/") continue;
    if (text[i + 1] === "*") {
      i = text.indexOf("*/", i + 2) + 1;
    } else if (text[i + 1] === "/") {
      const newline = text.indexOf("\n", i);
      const end = newline < 0 || newline > to ? to : newline;
      const verb = /^\/\/(\S*)/.exec(text.slice(i, end))![1];
      const found = forbidding.get(verb);
      if (found !== undefined) return found;
      i = end;
    }
  }
  return null;
}
