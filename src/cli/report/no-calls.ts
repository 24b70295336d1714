/** What to say where a function has no calls. */
import { ExitCode, UserError } from "../../base/errors.js";
import { type NamePattern, nearestName } from "../../callstats/index.js";
import type { Recording } from "../../calltree/index.js";
import { tracedNames } from "../run/traced-notes.js";

/** The error for functions without calls in a recording. */
export function noCalls(functions: NamePattern, { forest }: Recording): UserError {
  const traced = forest.processes.flatMap(({ notes }) => tracedNames(notes));
  const uncalled = traced.find((name) => functions.matches(name));
  if (uncalled !== undefined) {
    return new UserError(
      `${functions.text} was not called`,
      "it is traced: record a run that calls it; 'gotrace stats --sort name TRACE' lists what was called",
      ExitCode.noInput,
    );
  }
  const names = forest.functions.map(({ name }) => name);
  const near = nearestName(functions.text, [...names, ...traced]);
  return new UserError(
    `no traced function is called ${functions.text}`,
    near ? `did you mean ${near}?` : "'gotrace stats --sort name TRACE' lists them",
    ExitCode.noInput,
  );
}
