/** Exports of calls and totals: pprof, CSV, NDJSON, Parquet and OpenTelemetry. */

import { costBound, type ProcessTree, type Recording } from "../../calltree/index.js";
import type { ParquetOptions } from "../../export/parquet.js";
import { renderPprof } from "../../export/pprof.js";
import { type TableName, tableNames } from "../../export/tables/names.js";
import { hasStates } from "../../export/tables/states.js";
import { filterNotices, processNotices } from "../../render/notices.js";
import { tracingLine } from "../../render/tracing.js";
import type { NamedPieces, Pieces } from "../output.js";
import { packageVersion } from "../version.js";
import type { FormatContext } from "./format.js";
import { counted, leftOutOfTrees } from "./left-out.js";
import { requireStates } from "./require-states.js";

/** The format `pprof`. */
export async function pprof(recording: Recording, context: FormatContext): Promise<Pieces> {
  const { options, notices } = context;
  notices.push(...leftOutOfTrees(recording, options.tree));
  return renderPprof(recording.forest, {
    ...options.tree,
    goroutineRoots: options.goroutineRoots,
    comments: commentsOf(recording, context),
  });
}

/** The format `ndjson`: one table of `--table`, a JSON object per line. */
export async function ndjson(recording: Recording, context: FormatContext): Promise<Pieces> {
  const { renderNdjson } = await import("../../export/ndjson.js");
  return counted(renderNdjson(recording, { table: tableOf(recording, context) }), recording, context);
}

/** The format `csv`: one table of `--table`. */
export async function csv(recording: Recording, context: FormatContext): Promise<Pieces> {
  const { renderCsv } = await import("../../export/csv.js");
  return counted(renderCsv(recording, { table: tableOf(recording, context) }), recording, context);
}

/** The format `parquet`: one table of `--table`. */
export async function parquet(recording: Recording, context: FormatContext): Promise<Pieces> {
  const { renderParquet } = await import("../../export/parquet.js");
  const pieces = renderParquet(recording, { ...described(recording, context), table: tableOf(recording, context) });
  return counted(pieces, recording, context);
}

/** @throws UserError for a table that the recording does not have */
function tableOf(recording: Recording, { options: { table = "calls" } }: FormatContext): TableName {
  if (table === "intervals") requireStates(recording, "--table intervals");
  return table;
}

/** One Parquet file for each table that the recording has. */
export async function parquetFiles(recording: Recording, context: FormatContext): Promise<NamedPieces[]> {
  const { renderParquet } = await import("../../export/parquet.js");
  const tables = tableNames.filter((table) => table !== "intervals" || hasStates(recording));
  return tables.map((table) => ({
    name: `${table}.parquet`,
    pieces: counted(renderParquet(recording, { ...described(recording, context), table }), recording, context),
  }));
}

/** The format `otlp`: calls as OpenTelemetry spans. */
export async function otlp(recording: Recording, context: FormatContext): Promise<Pieces> {
  const { renderOtlp } = await import("../../export/otlp.js");
  const ofProcess = (process: ProcessTree) => [
    ...[...processNotices(process), ...filterNotices(recording)].map(({ text }) => text),
    ...tracing([process]),
  ];
  return counted(renderOtlp(recording, { version: packageVersion(), notices: ofProcess }), recording, context);
}

function described(recording: Recording, context: FormatContext): Omit<ParquetOptions, "table"> {
  return { version: packageVersion(), notices: commentsOf(recording, context) };
}

/** The lines about completeness and the cost of tracing, for formats with a place for comments. */
function commentsOf({ forest }: Recording, { notices }: FormatContext): string[] {
  return [...notices.map(({ text }) => text), ...tracing(forest.processes)];
}

function tracing(processes: readonly ProcessTree[]): string[] {
  return [tracingLine(processes.map(({ info }) => costBound(info)))].filter((line) => line !== undefined);
}
