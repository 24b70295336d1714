/** Results of assertions and thresholds as JUnit XML and as SARIF. */

import { type Check, titles } from "../../base/check.js";
import type { Locate, Place } from "../../base/locate.js";
import { printable, printableAll } from "../../base/printable.js";
import { type Case, junitDocument } from "./junit-text.js";
import { fallbackLocations, location, type SarifPlaces, sarifLog } from "./sarif-text.js";

/** A suite with one case per check. @param name of the suite @param time duration of the recording, nanoseconds */
export function* checksJunit(
  given: readonly Check[],
  { name, time, locate }: { readonly name: string; readonly time: number; readonly locate: Locate },
): Generator<string> {
  const cases = printableAll(given).map((check): Case => {
    const { kind, outcome, message, details, place } = check;
    const base = { name: check.name, classname: `gotrace.${kind}`, time: 0, place: placeOf(check, locate) };
    if (outcome === "skipped") return { ...base, skipped: message };
    const text = [message, ...details, ...(place ? [`${place.file}:${place.line}`] : [])].join("\n");
    if (outcome === "failed") return { ...base, failure: { type: kind, message, text } };
    return message === "" ? base : { ...base, output: text };
  });
  yield* junitDocument([{ name: printable(name), time, cases }]);
}

const rules = (Object.keys(titles) as Check["kind"][]).map((kind) => ({
  id: kind,
  name: kind,
  shortDescription: { text: titles[kind] },
  fullDescription: {
    text: {
      Assertion: "An assertion of --assert or of the configuration does not hold for the calls of a run.",
      CallChange:
        "A function is called more or less often than before, or takes longer, by more than --fail-on allows.",
      CompleteTrace: "The trace lacks calls, so that what was asserted of them cannot be relied on.",
    }[kind],
  },
  defaultConfiguration: { level: "error" },
}));

/** One log: a result per failed check, a notification per check that was not judged. */
export function* checksSarif(
  checks: readonly Check[],
  options: SarifPlaces & { readonly version: string },
): Generator<string> {
  const notifications = checks
    .filter(({ outcome }) => outcome === "skipped")
    .map(({ name, message }) => ({ level: "warning", message: { text: `${name}: ${message}` } }));
  const results = checks
    .filter(({ outcome }) => outcome === "failed")
    .map((check) => {
      const { kind, name, message, details, place } = check;
      const at = placeOf(check, options.locate);
      return {
        ruleId: kind,
        ruleIndex: rules.findIndex(({ id }) => id === kind),
        level: "error",
        message: { text: [`${name}: ${message}`, ...details].join("\n") },
        ...(at ? { locations: [location(at, place?.function)] } : fallbackLocations(options)),
        partialFingerprints: { "gotrace/v1": `${kind} ${name}` },
      };
    });
  yield* sarifLog(options.version, rules, notifications, results);
}

function placeOf({ place }: Check, locate: Locate): Place | undefined {
  return place && locate(place);
}
