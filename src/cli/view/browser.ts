/** Asking the system to show a page in the user's browser. */
import { messageOf } from "../../base/errors.js";

/** How long a failing launcher may take to say so, milliseconds: where it works it may stay as long as the browser. */
const patience = 3000;

/** Opens the browser. @returns why it could not be opened, or undefined */
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
      launcher.once("error", (error) => say(messageOf(error)));
      if (launcher.exitCode !== null) say(refusal(launcher.exitCode));
      else launcher.once("exit", (code) => say(refusal(code)));
    });
  } catch (error) {
    return messageOf(error);
  }
}

function refusal(code: number | null): string | undefined {
  return code ? `no browser was found, or it did not start (exit code ${code})` : undefined;
}
