/** Opens a page in the user's browser. */
import { isSystemError, messageOf } from "../../base/errors.js";

/** Milliseconds within which a launcher must fail to count as failed; a working one may run as long as the browser. */
const patience = 3000;

/** Opens the browser. @returns undefined if that worked, else why it did not */
export async function openBrowser(url: string): Promise<string | undefined> {
  try {
    const { default: open } = await import("open");
    const launcher = await open(url);
    return await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), patience);
      const say = (problem?: string) => {
        clearTimeout(timer);
        resolve(problem);
      };
      launcher.once("error", (error) => say(problemOf(error)));
      if (launcher.exitCode !== null) say(refusal(launcher.exitCode));
      else launcher.once("exit", (code) => say(refusal(code)));
    });
  } catch (error) {
    return problemOf(error);
  }
}

function problemOf(error: unknown): string {
  return isSystemError(error) && error.path ? `${error.path}: ${messageOf(error)}` : messageOf(error);
}

function refusal(code: number | null): string | undefined {
  return code ? `no browser was found, or it did not start (exit code ${code})` : undefined;
}
