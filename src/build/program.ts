/** Builds the program that `run` and similar commands execute, in the workspace of the run. */

import { basename, join } from "node:path";
import { ExitCode, UserError } from "../base/errors.js";
import type { GoEnvironment } from "../gotool/environment.js";
import { Binary } from "./binary.js";
import { type BuiltPackage, describeBuild } from "./build-summary.js";
import { type Compiled, compile } from "./compile.js";
import type { BuildContext, BuildOptions } from "./context.js";

/** The program to build. */
export interface ProgramRequest {
  /** One package or .go files, as the user wrote them. */
  readonly patterns: readonly string[];
  readonly goFlags: readonly string[];
  readonly options: BuildOptions;
  /** Whether to ignore the binary of the last build. */
  readonly anew: boolean;
}

/**
 * Builds the program and puts it into the workspace.
 * @param command name of gotrace's command, for errors
 * @returns the path of the binary, or go's exit code if the build failed; go's messages are then printed
 * @throws UserError if the packages are not one program, or it is for another system
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
    // Done even if go failed: go refuses to overwrite a binary that it cannot read.
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
    // Named as `go build` would name it, because the program sees the name in os.Args[0].
    const place = join(await context.workspace(), "bin");
    return { summary, traced, program: await own(compiled.directory).place(place, programName(compiled, patterns)) };
  } finally {
    binary?.close();
  }
}

/** @throws UserError if the program is for another system; if run anyway, a shell might take it for a script */
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

/** Node's names of processors → Go's. */
const goArch: Readonly<Record<string, string>> = {
  x64: "amd64",
  arm64: "arm64",
  ia32: "386",
  arm: "arm",
  riscv64: "riscv64",
};

/** @throws UserError if the packages are not exactly one program; packages that go could not load are left for go to report */
function checkProgram(command: string, targets: readonly BuiltPackage[], patterns: readonly string[]): void {
  const words = patterns.join(" ");
  const programs = targets.filter((target) => target.name === "main").map((target) => target.importPath);
  if (targets.length > 1) {
    const some = `${programs.slice(0, 3).join(", ")}${programs.length > 3 ? ", …" : ""}`;
    throw new UserError(
      `${words} matches ${targets.length} packages, ${programs.length === 0 ? "none of them a program" : `${programs.length === 1 ? "one of them a program" : `${programs.length} of them programs`}: ${some}`}`,
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

/** The name that `go build` would give the binary. */
function programName({ targets }: Compiled, patterns: readonly string[]): string {
  if (patterns[0].endsWith(".go")) return basename(patterns[0], ".go");
  const path = (targets[0]?.importPath ?? "program").split("/");
  const last = path.pop()!;
  return /^v\d+$/.test(last) && path.length > 0 ? path.pop()! : last;
}
