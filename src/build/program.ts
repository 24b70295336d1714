/** Building the program that a run is about, into its workspace. */

import { basename, join } from "node:path";
import { ExitCode, UserError } from "../base/errors.js";
import type { GoEnvironment } from "../gotool/environment.js";
import { Binary } from "./binary.js";
import { describeBuild, type Target } from "./build-summary.js";
import { type Compiled, compile } from "./compile.js";
import type { BuildContext, BuildOptions } from "./context.js";

/** The program to build. */
export interface ProgramRequest {
  /** One package or .go files, as the user wrote them. */
  readonly patterns: readonly string[];
  readonly goFlags: readonly string[];
  readonly options: BuildOptions;
  /** The binary of the last build is of no use. */
  readonly anew: boolean;
}

/**
 * Builds the program and puts it into the workspace.
 * @param command of gotrace, for errors
 * @returns go's exit code, where it has said why it does not build
 */
export async function buildProgram(
  command: string,
  context: BuildContext,
  { patterns, goFlags, options, anew }: ProgramRequest,
): Promise<(Pick<Compiled, "summary" | "traced"> & { readonly program: string }) | number> {
  const request = { patterns, goFlags, options, tests: false };
  let binary: Binary | undefined;
  const own = (directory: string) => {
    if (binary === undefined) {
      binary = new Binary(directory);
      if (anew) binary.discard();
    }
    return binary;
  };
  const make = () =>
    compile(context, request, {
      name: "run",
      verb: ["build"],
      builds: true,
      check: (targets, environment) => {
        checkProgram(command, targets, patterns);
        checkSystem(environment);
      },
      rest: (directory, extra) => ["-o", own(directory).path, ...extra, ...patterns],
    });
  try {
    let compiled = await make();
    // Of a binary that it cannot read at all, go says that it is in the way.
    if (await binary?.discardDamaged()) {
      context.log("the binary in the cache is damaged: building it again");
      compiled = await make();
    }
    if ("code" in compiled) {
      process.stderr.write(compiled.stderr + compiled.stdout);
      return compiled.code;
    }
    const { summary, traced } = compiled;
    describeBuild(context, summary);
    // Under its own name, so that os.Args[0] reads as a user expects.
    const place = join(context.workspace(), "bin");
    return { summary, traced, program: await own(compiled.directory).place(place, programName(compiled, patterns)) };
  } finally {
    binary?.close();
  }
}

/** @throws UserError when the program is built for another system: a shell might take it for a script */
function checkSystem({ os, arch }: GoEnvironment): void {
  const here = { os: process.platform === "win32" ? "windows" : process.platform, arch: goArch[process.arch] };
  if (os === here.os && (arch === here.arch || here.arch === undefined || (arch === "386" && here.arch === "amd64")))
    return;
  throw new UserError(
    `the program would be built for ${os}/${arch} and cannot run here`,
    "unset GOOS and GOARCH, or use 'gotrace build' and run it there",
    ExitCode.unavailable,
  );
}

/** Go's names of processors, by Node's. */
const goArch: Readonly<Record<string, string>> = {
  x64: "amd64",
  arm64: "arm64",
  ia32: "386",
  arm: "arm",
  riscv64: "riscv64",
};

/** @throws UserError when the packages are not one program; what go could not load is for go to report */
function checkProgram(command: string, targets: readonly Target[], patterns: readonly string[]): void {
  const words = patterns.join(" ");
  const programs = targets.filter((target) => target.name === "main").map((target) => target.importPath);
  if (targets.length > 1) {
    const some = `${programs.slice(0, 3).join(", ")}${programs.length > 3 ? ", …" : ""}`;
    throw new UserError(
      `${words} matches ${targets.length} packages, ${programs.length === 0 ? "none of them a program" : `${programs.length} of them programs: ${some}`}`,
      programs.length === 0
        ? "name a package with a main function, or use 'gotrace test' for tests"
        : `name exactly one: gotrace ${command} ${programs[0]}`,
      programs.length === 0 ? ExitCode.noInput : ExitCode.usage,
    );
  }
  if (targets.length === 0 && words.includes("...")) {
    throw new UserError(
      `${words} matches no package`,
      `name one with a main function: gotrace ${command} ./cmd/x`,
      ExitCode.noInput,
    );
  }
  const [target] = targets;
  if (target && target.name !== "main" && target.name !== "") {
    throw new UserError(
      `package ${target.importPath} is not a main package`,
      "name a package with a main function, or use 'gotrace test' for its tests",
      ExitCode.noInput,
    );
  }
}

/** The name that `go build` would give. */
function programName({ targets }: Compiled, patterns: readonly string[]): string {
  if (patterns[0].endsWith(".go")) return basename(patterns[0], ".go");
  const path = (targets[0]?.importPath ?? "program").split("/");
  const last = path.pop()!;
  return /^v\d+$/.test(last) && path.length > 0 ? path.pop()! : last;
}
