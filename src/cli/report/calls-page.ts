/** Fills the HTML page with the calls of a recording and the findings of its execution traces. */
import { readFileSync } from "node:fs";
import { namePattern } from "../../callstats/index.js";
import type { Recording } from "../../calltree/index.js";
import { packCalls } from "../../page/data/calls.js";
import { renderPage } from "../../page/data/page.js";
import { filterNotices, processNotices } from "../../render/notices.js";
import { applyBaseline, rankTraces } from "../../rules/index.js";
import { closeUpsOf } from "../analyze/close-ups.js";
import { analyzeFile, execSettings } from "../analyze/findings.js";
import { locator, repositoryRoot } from "../analyze/places.js";
import { withProgress } from "../progress.js";
import { resource } from "../resources.js";
import { packageVersion } from "../version.js";
import type { FormatContext } from "./format.js";
import { noCalls } from "./no-calls.js";

/** The page without data, as scripts/bundle.mjs builds it: a standalone file, or the variant that `gotrace view` serves. */
export function pageTemplate(name: "page.html" | "page-served.html" = "page.html"): string {
  return readFileSync(resource(name), "utf8");
}

/**
 * Makes the page of a recording.
 * @param template the page without data
 * @returns the HTML in pieces
 * @throws UserError when an execution trace cannot be read, or if no function of `--root` was called
 */
export function callsPage(
  recording: Recording,
  { session, options, execTraces, note, remarks, tests, title, callCommand }: FormatContext,
  template: string,
): Iterable<string> {
  const { cwd } = session;
  const root = options.root === undefined ? undefined : namePattern(options.root);
  const left = [...filterNotices(recording), ...remarks.map((text) => ({ text, serious: false }))];
  const calls = withProgress("drawing the calls", (progress) =>
    packCalls(recording, {
      ...options.tree,
      ...{ tests, title, progress, callCommand, countsWaiting: options.all, isRequest: root?.matches },
      ...(note === undefined ? {} : { command: note.command }),
      notes: (process) => [...processNotices(process).slice(1), ...left],
    }),
  );
  if (root && calls.processes.every(({ requests }) => requests === undefined)) throw noCalls(root, recording);
  const reports = execTraces.length === 0 ? [] : analyze(execTraces, execSettings(session));
  const page = { version: packageVersion(), locate: locator(repositoryRoot(cwd), cwd), calls };
  return renderPage(template, rankTraces(reports).map(closeUpsOf), page);
}

function analyze(paths: readonly string[], { known, ...options }: ReturnType<typeof execSettings>) {
  return paths.map((path) => applyBaseline(analyzeFile(path, path, { path, ...options }), known));
}
