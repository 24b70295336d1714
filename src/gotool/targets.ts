/** The systems and processors on which programs are traced; runtime-go's os_none.go covers the others. */

const TRACED: Readonly<Record<string, readonly string[]>> = {
  linux: ["386", "amd64", "arm", "arm64", "loong64", "mips64le", "mipsle", "ppc64le", "riscv64"],
  darwin: ["amd64", "arm64"],
  windows: ["amd64", "arm64"],
};

/** Systems that also satisfy the build constraint of another one. */
const ALSO: Readonly<Record<string, string>> = { android: "linux", ios: "darwin" };

/** Whether programs of this GOOS and GOARCH are traced; others run untraced. */
export function isTraceable({ os, arch }: { readonly os: string; readonly arch: string }): boolean {
  return TRACED[ALSO[os] ?? os]?.includes(arch) === true;
}

/** The list of targets, for messages. */
const traceableTargets = Object.entries(TRACED)
  .map(([os, processors]) => `${os} (${processors.join(", ")})`)
  .join(", ");

/** A warning that `what` will run untraced on a target; undefined if it will be traced. */
export function untracedThere(
  what: string,
  target: { readonly os: string; readonly arch: string },
): string | undefined {
  if (isTraceable(target)) return undefined;
  return `${what} will not be traced: gotrace does not trace ${target.os}/${target.arch}, only ${traceableTargets}`;
}
