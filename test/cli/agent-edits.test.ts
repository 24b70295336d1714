/** `gotrace agent`: whatever the user edits, an update keeps it, or says that it is in the way. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Piece, piecesOf, stretch, stretchesOf, textOf } from "../../src/cli/agent/marks.js";
import type { Files } from "../../src/cli/agent/plan.js";
import { applied, doc, part, update } from "./agent-package.js";

test("any edits outside marks survive any update", () => {
  const line = fc.constantFrom(
    "",
    "// mine",
    "\tmine()",
    "//go:build linux",
    "var é = `€`",
    "// gotrace:beginning",
    'import "x"',
  );
  const edits = fc.array(fc.record({ at: fc.nat(), lines: fc.array(line, { minLength: 1, maxLength: 3 }) }), {
    maxLength: 6,
  });
  const body = fc.array(fc.constantFrom("a()", "b()", "", "\tc()"), { maxLength: 4 });
  const stretches = fc.uniqueArray(fc.record({ name: fc.constantFrom("p", "q", "r", "s"), body }), {
    selector: ({ name }) => name,
  });
  const version = fc.uniqueArray(fc.record({ file: fc.constantFrom("a.go", "b.go", "c.go"), stretches }), {
    selector: ({ file }) => file,
  });
  const made = (files: { file: string; stretches: { name: string; body: string[] }[] }[]): Files =>
    new Map([
      ["doc.go", doc],
      ...files.map(({ file, stretches: all }): [string, string] => [
        file,
        `package traceagent\n${all.map(({ name, body: lines }) => part(name, ...lines)).join("")}`,
      ]),
    ]);
  fc.assert(
    fc.property(version, version, edits, fc.boolean(), fc.boolean(), (before, after, inserts, crlf, force) => {
      const first = applied(new Map(), update(made(before), new Map()));
      const mine = new Map([...first].map(([name, text]) => [name, edited(text, inserts, crlf)]));
      const planned = update(made(after), mine, force);
      expect(planned.conflicts).toEqual([]);
      const next = applied(mine, planned);
      for (const [name, text] of mine) {
        const own = outsideOf(text);
        if (next.has(name)) expect(isSubsequence(own, outsideOf(next.get(name)!))).toBe(true);
        else expect(own.every((each) => /^(\/\/.*|package \w+)?\r?$/.test(each))).toBe(true);
        if (crlf && next.has(name)) expect(next.get(name)!.replaceAll("\r\n", "")).not.toContain("\n");
      }
      for (const [name, text] of made(after)) {
        const got = new Map(stretchesOf(piecesOf(next.get(name) ?? "")).map((one) => [one.name, one.lines]));
        for (const { name: key, lines } of stretchesOf(piecesOf(text))) {
          expect(got.get(key)?.map((each) => each.replace(/\badmin\b/, "traceagent"))).toEqual(lines);
        }
      }
      expect(update(made(after), next).writes.size).toBe(0);
    }),
    { numRuns: 150 },
  );
});

/** The text with lines put between its pieces. */
function edited(text: string, inserts: readonly { at: number; lines: readonly string[] }[], crlf: boolean): string {
  const pieces = piecesOf(text).flatMap((piece): Piece[] =>
    typeof piece === "string" ? piece.match(/[^\n]*\n/g)! : [piece],
  );
  for (const { at, lines } of inserts)
    pieces.splice(at % (pieces.length + 1), 0, lines.map((each) => `${each}\n`).join(""));
  return crlf ? textOf(pieces).replaceAll("\n", "\r\n") : textOf(pieces);
}

const outsideOf = (text: string) =>
  piecesOf(text).flatMap((piece) => (typeof piece === "string" ? piece.split("\n").slice(0, -1) : []));

function isSubsequence(part: readonly string[], whole: readonly string[]): boolean {
  let next = 0;
  for (const each of whole) if (each === part[next]) next++;
  return next === part.length;
}

test("any edits between marks stay, or are all that stands in the way; --force takes what is new", () => {
  const body = fc.array(fc.constantFrom("a()", "b()", ""), { maxLength: 3 });
  const version = fc.record({ p: body, q: body });
  const made = ({ p, q }: { p: string[]; q: string[] }): Files =>
    new Map([
      ["doc.go", doc],
      ["a.go", `package traceagent\n${part("p", ...p)}${part("q", ...q)}`],
    ]);
  const linesOf = (files: Files, name: string) =>
    stretchesOf(piecesOf(files.get("a.go")!)).find((one) => one.name === name)!.lines;
  fc.assert(
    fc.property(version, version, body, (before, after, mine) => {
      const first = applied(new Map(), update(made(before), new Map()));
      const text = textOf(
        piecesOf(first.get("a.go")!).map((piece) =>
          typeof piece === "string" || piece.name !== "p" ? piece : stretch("p", piece.sum, mine),
        ),
      );
      const files = new Map([...first, ["a.go", text]]);
      const planned = update(made(after), files);
      const same = (a: readonly string[], b: readonly string[]) =>
        a.join("\n") === b.join("\n") && a.length === b.length;
      const isOwn = !same(mine, before.p) && !same(mine, after.p);
      expect(planned.conflicts.length > 0).toBe(isOwn && !same(before.p, after.p));
      if (planned.conflicts.length === 0 && isOwn) expect(linesOf(applied(files, planned), "p")).toEqual(mine);
      const forced = applied(files, update(made(after), files, true));
      expect([linesOf(forced, "p"), linesOf(forced, "q")]).toEqual([after.p, after.q]);
    }),
    { numRuns: 100 },
  );
});
