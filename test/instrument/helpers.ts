import { type Instrumented, type InstrumentOptions, loadInstrumenter } from "../../src/instrument/index.js";
import { marker } from "../../src/instrument/markers.js";
import { tableDeclaration } from "../../src/instrument/snippets.js";

const instrumenter = await loadInstrumenter();

export const hooks: InstrumentOptions = { runtimePath: "gotrace.internal/rt", generated: false, mode: "hooks" };
export const markers: InstrumentOptions = { ...hooks, mode: "markers" };

/** Instruments a source text; the site table is declared at the end of the result. */
export function instrument(source: string, options: InstrumentOptions = hooks, path = "dir/file.go"): Instrumented {
  const result = instrumenter.instrument(new TextEncoder().encode(source), path, options);
  if (result.text === null) return result;
  const declaration = `var ${tableDeclaration(result.table!)}`;
  const last = options.mode === "markers" ? marker(declaration, result.table!.importName) : declaration;
  return { ...result, text: `${result.text}\n${last}\n` };
}

/** Instruments bytes. */
export function instrumentBytes(source: Uint8Array, options: InstrumentOptions = hooks): Instrumented {
  return instrumenter.instrument(source, "file.go", options);
}

const insertions: [RegExp, string][] = [
  [/; import __gotrace "gotrace\.internal\/rt"/g, "‹import›"],
  [/defer __gotrace\.Enter\(&__gotrace_\w+\[(\d+)\]\)\(\);/g, "‹enter $1›"],
  [/defer __gotrace\.EnterTest\(&__gotrace_\w+\[(\d+)\], (\w+)\)\(\);/g, "‹enter $1 $2›"],
  [/__gotrace\.Spawn\(&__gotrace_\w+\[(\d+)\]\); /g, "‹spawn $1›"],
  [/; __gotrace\.Spawned\(\)/g, "‹spawned›"],
  [/__gotrace\.After\(&__gotrace_\w+\[(\d+)\], /g, "‹after $1›"],
  [/, __gotrace\.End\)/g, "‹end›"],
  [/__gotrace\.Dump\(\); /g, "‹dump›"],
  [/[\p{L}\d]+ = __gotrace\.DumpNow\(\); /gu, "‹dump›"],
  [/\nvar __gotrace_\w+ \[(\d+)\]__gotrace\.Site\n$/g, "‹table $1›"],
];

/** A rewritten text with abbreviated insertions. */
export function short(text: string | null): string {
  return insertions.reduce((shorter, [pattern, name]) => shorter.replace(pattern, name), text ?? "‹untouched›");
}

/** A rewritten text without the insertions. */
export function without(text: string): string {
  const unnamed = text.replace(/(?<=\(\s*)_gotrace (?=\*)/g, "").replace(/(?<=\(\s*)_gotrace(?=\s)/g, "_");
  return short(unnamed).replace(/‹(import|enter \d+( \w+)?|spawn \d+|spawned|after \d+|end|dump|table \d+)›/g, "");
}

/** The rewritten body of a file, without package clause and site table. */
export function body(source: string): string {
  const text = short(instrument(`package p\n${source}`).text);
  return text.replace(/^package p‹import›\n/, "").replace(/‹table \d+›$/, "");
}
