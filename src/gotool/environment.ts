/** Reads from `go env` which module, workspace and tool chain a build uses. */

import { ExitCode, UserError } from "../base/errors.js";
import { digest } from "./cache.js";
import { type CommandResult, findGo, type GoContext, runGo } from "./run-go.js";

/** The part of `go env` that gotrace needs; empty strings where Go has no value. */
export interface GoEnvironment {
  /** Minor release of Go 1, for instance 26. */
  readonly minor: number;
  /** Path of the go.mod in force; empty outside a module. */
  readonly goMod: string;
  /** Path of the go.work in force; empty outside a workspace. */
  readonly goWork: string;
  /** Path of the module cache. */
  readonly modCache: string;
  /** GOOS and GOARCH of the build. */
  readonly os: string;
  readonly arch: string;
  /** `GOFLAGS`, split into its words. */
  readonly flags: readonly string[];
  /** A hash of the settings. Environments with the same identity choose the same files for the same command line. */
  readonly identity: string;
}

/** The settings that this file reads, and those that affect build constraints and module lookup. */
const settings =
  "GOVERSION GOROOT GOMOD GOWORK GOMODCACHE GOFLAGS GO111MODULE GOOS GOARCH CGO_ENABLED GOEXPERIMENT GO386 GOAMD64 GOARM GOARM64 GOMIPS GOMIPS64 GOPPC64 GORISCV64 GOWASM";

const minimumMinor = 21;

/**
 * Reads the environment of a build in `context.cwd`.
 * @throws UserError if Go is missing, older than 1.21, or in GOPATH mode
 */
export async function readGoEnvironment(context: GoContext): Promise<GoEnvironment> {
  const result = await runGo(context, ["env", "-json", ...settings.split(" ")]);
  if (result.code !== 0) throw goEnvFailed(context, result);
  const env = parseSettings(result.stdout);
  if (env === undefined) throw notGo(context, result.stdout);
  const version = env.GOVERSION ?? "";
  const minor = /^(?:devel )?go1\.(\d+)/.exec(version);
  // A development build ("devel +abc…") has no number and counts as newer than any release.
  const number = minor ? Number(minor[1]) : version === "" ? 0 : 99;
  if (number < minimumMinor) {
    throw new UserError(
      `${version || (findGo(context) ?? "go")} is too old for gotrace`,
      `use Go 1.${minimumMinor} or newer (GOTOOLCHAIN=go1.${minimumMinor}.13 lets go fetch one)`,
      ExitCode.unavailable,
    );
  }
  if (env.GO111MODULE === "off") {
    throw new UserError(
      "GO111MODULE=off: gotrace needs Go modules",
      "unset GO111MODULE, and run 'go mod init' if there is no go.mod yet",
      ExitCode.noInput,
    );
  }
  const fileOrEmpty = (path: string | undefined) =>
    !path || path === "off" || path === "/dev/null" || path === "NUL" ? "" : path;
  return {
    minor: number,
    goMod: fileOrEmpty(env.GOMOD),
    goWork: fileOrEmpty(env.GOWORK),
    os: env.GOOS ?? "",
    arch: env.GOARCH ?? "",
    modCache: env.GOMODCACHE ?? "",
    flags: splitFlags(env.GOFLAGS ?? ""),
    identity: digest(...settings.split(" ").map((name) => env[name] ?? "")),
  };
}

/** The settings by name; undefined where that is not what the text holds. */
function parseSettings(text: string): Record<string, string> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null && "GOVERSION" in parsed
      ? (parsed as Record<string, string>)
      : undefined;
  } catch {
    return undefined;
  }
}

function goEnvFailed(context: GoContext, { code, stderr }: CommandResult): UserError {
  const [line] = stderr.trim().split("\n");
  return new UserError(
    `go env failed: ${line || `${findGo(context)} ended with exit code ${code} and said nothing`}`,
    "run 'go env' in this directory and fix what it reports",
    ExitCode.unavailable,
  );
}

function notGo(context: GoContext, text: string): UserError {
  const [line] = text.trim().split("\n");
  return new UserError(
    `${findGo(context)} is not Go's own command: it answers 'go env -json' with ${line === "" ? "nothing" : JSON.stringify(line.slice(0, 60))}`,
    "put the directory of Go's own go first on PATH ('type -a go' lists what there is)",
    ExitCode.unavailable,
  );
}

/** Splits GOFLAGS at spaces; a whole word may be quoted with ' or " (cmd/internal/quoted). */
export function splitFlags(text: string): string[] {
  return [...text.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

/** Whether flags include `-n`, with which go only prints what it would do. */
export function isDryRun(flags: readonly string[]): boolean {
  return flags.some((flag) => /^--?n(=(?!false)|$)/.test(flag));
}
