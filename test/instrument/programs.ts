import fc from "fast-check";

/** A program made of odd pieces, and the number of each kind in it. */
export interface Program {
  readonly source: string;
  readonly functions: number;
  readonly spawns: number;
}

const plain = (source: string): Program => ({ source, functions: 0, spawns: 0 });

/** Concatenates pieces, with separators between them. */
function join(parts: readonly (Program | string)[]): Program {
  const programs = parts.map((part) => (typeof part === "string" ? plain(part) : part));
  return {
    source: programs.map(({ source }) => source).join(""),
    functions: programs.reduce((sum, { functions }) => sum + functions, 0),
    spawns: programs.reduce((sum, { spawns }) => sum + spawns, 0),
  };
}

const counted = (program: Program, functions: number, spawns: number): Program => ({
  source: program.source,
  functions: program.functions + functions,
  spawns: program.spawns + spawns,
});

/** White space and comments that do not end a statement. */
const gap = fc.constantFrom("", "", " ", "\t", "/* { func go \" ` ' */", "/**/", " /* größe */ ");
/** Terminators of statements and declarations. */
const end = fc.constantFrom(
  "\n",
  "\n",
  "\r\n",
  ";",
  "; ",
  "\n\n\t",
  " // } go func() {\n",
  "; // `\r\n",
  ' /* a\n" b */ ',
  " /* c */;",
);
const name = fc.constantFrom("f", "größe", "世界", "_x1", "gox", "funcs", "Ünï");
const signature = fc
  .constantFrom(
    "()",
    "(a, b int) {}",
    "() (r struct{})",
    "(f func() func()) interface{}",
    "(...map[string]func()) []struct{ f func() }",
    "() <-chan func()",
  )
  .map((text) => (text.endsWith(" {}") ? text.slice(0, -3) : text));

const { statement, expression } = fc.letrec<{ statement: Program; expression: Program; body: Program }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc
      .constantFrom(
        "x",
        "1",
        '"{"',
        "`\n}\\`",
        "'\\''",
        "'{'",
        "'\"'",
        "0x1p-2",
        "T[int]{}",
        "[]func(){}",
        "x.(func())",
        "a[i:]",
        "<-c",
        "-1.5e+3",
      )
      .map(plain),
    fc.tuple(gap, signature, gap, tie("body")).map(([a, b, c, d]) => counted(join(["(func", a, b, c, d, ")"]), 1, 0)),
    fc.tuple(tie("expression"), gap, tie("expression")).map(([a, b, c]) => join(["call(", a, ",", b, c, ")"])),
    fc
      .tuple(signature, tie("body"), tie("expression"))
      .map(([a, b, c]) => counted(join(["map[string]func(){`{`: func", a, b, ", ``: ", c, "}"]), 1, 0)),
    fc.tuple(gap, tie("expression")).map(([a, b]) => join(["new(", a, "T{", b, "})"])),
  ),
  statement: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom("x++", "return", "var x int", "x := go1", "type t func()", "{}", "").map(plain),
    tie("expression").map((a) => join(["_ = ", a])),
    fc
      .tuple(
        fc.constantFrom("go ", "go/* go */", "go\n", "L: go ", "A:\nB: go\t"),
        tie("expression"),
        tie("expression"),
      )
      .map(([keyword, f, argument]) => counted(join([keyword, "(", f, ")(", argument, ")"]), 0, 1)),
    fc.tuple(gap, signature, tie("body")).map(([a, b, c]) => counted(join(["defer func", a, b, c, "()"]), 1, 0)),
    fc.tuple(tie("expression"), tie("body"), tie("body")).map(([a, b, c]) => join(["if f(", a, ") ", b, " else ", c])),
    fc.tuple(tie("body"), tie("body")).map(([a, b]) => join(["for i := range 10 ", a, "; for ", b])),
    fc
      .tuple(tie("statement"), end, tie("statement"))
      .map(([a, b, c]) => join(["switch x := y.(type) { case int: ", a, b, "case func(): ", c, "\ndefault:\n}"])),
    fc
      .tuple(tie("statement"), end, tie("statement"))
      .map(([a, b, c]) => join(["select { case x := <-c: ", a, b, "default: ", c, "\n}"])),
  ),
  body: fc
    .array(fc.tuple(gap, tie("statement"), end), { maxLength: 4 })
    .map((list) => join(["{", ...list.flat(), "}"])),
}));

const body = fc.array(fc.tuple(statement, end), { maxLength: 5 }).map((list) => join(["{", ...list.flat(), "}"]));

const declaration = fc.oneof(
  fc
    .constantFrom("var x = 1", 'const c = "func() {"', "type T struct {\n\tf func()\n}", "type F func() func()")
    .map(plain),
  fc.tuple(gap, name, signature, gap, body).map(([a, b, c, d, e]) => counted(join(["func ", a, b, c, d, e]), 1, 0)),
  fc.tuple(name, signature, body).map(([a, b, c]) => counted(join(["func (r *T[_]) ", a, b, c]), 1, 0)),
  fc.tuple(name, body).map(([a, b]) => counted(join(["func ", a, "[K ~int|~string, V any](m map[K]V) ", b]), 1, 0)),
  expression.map((a) => join(["var y = ", a])),
  fc.tuple(expression, end, expression).map(([a, b, c]) => join(["var (\n\ta = ", a, b, "b, c = ", c, ", 1\n)"])),
);

const clause = fc
  .tuple(
    fc.constantFrom("", "\uFEFF", "// c\n", "/* package q */ "),
    fc.constantFrom(" ", "\n", "/**/", " // c\n"),
    name,
  )
  .map(([a, b, c]) => plain(`${a}package${b}${c}`));

/** Arbitrary programs that go/parser accepts. */
export const program = fc
  .tuple(
    clause,
    end,
    fc.array(fc.tuple(declaration, end), { maxLength: 6 }),
    fc.constantFrom("", " ", "// end", "\r\n"),
  )
  .map(([a, b, list, c]) => join([a, b, ...list.flat(), c]));
