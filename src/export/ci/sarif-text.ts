/** Writes SARIF 2.1.0, for findings and checks alike. */
import type { Locate, Place } from "../../base/locate.js";
import { jsonText } from "../../base/printable.js";

/** How to find the locations of results. */
export interface SarifPlaces {
  readonly locate: Locate;
  /** File of the repository to report for results without a place: code scanning drops results without a location. */
  readonly fallback?: string | undefined;
}

/** One log with one run, in pieces. */
export function* sarifLog(
  version: string,
  rules: readonly object[],
  notifications: readonly object[],
  results: Iterable<object>,
): Generator<string> {
  const head = {
    tool: { driver: { name: "gotrace", semanticVersion: version, rules } },
    invocations: [{ executionSuccessful: true, toolExecutionNotifications: notifications }],
    originalUriBaseIds: { "%SRCROOT%": { description: { text: "The root of the repository." } } },
    columnKind: "utf16CodeUnits",
  };
  yield `{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[\n`;
  yield `${jsonText(head).slice(0, -1)},"results":[`;
  let separator = "\n";
  for (const result of results) {
    yield separator + jsonText(result);
    separator = ",\n";
  }
  yield "\n]}]}\n";
}

export function fallbackLocations(options: SarifPlaces): object {
  return options.fallback === undefined
    ? {}
    : { locations: [location({ path: options.fallback, line: 1 }, undefined)] };
}

export function location(place: Place, functionName: string | undefined): object {
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(place.path), uriBaseId: "%SRCROOT%" },
      region: { startLine: Math.max(1, place.line) },
    },
    ...(functionName ? { logicalLocations: [{ fullyQualifiedName: functionName, kind: "function" }] } : {}),
  };
}

/** A relative path as a URI reference, with each element percent-encoded. */
function uriOf(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
