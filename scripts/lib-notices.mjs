// Collects the licence notices of the third-party code in the bundle, from the packages themselves.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The directories of all packages in esbuild's metafiles, relative to the root. */
export function packagesOf(metafiles) {
  const found = new Set();
  for (const input of metafiles.flatMap(({ inputs }) => Object.keys(inputs))) {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match) found.add(match[1]);
  }
  return [...found].sort();
}

/**
 * The notices of a package: its files named LICENSE, NOTICE and the like, and templates/notices/NAME.txt with what is missing
 * there, such as notices of code that the package bundles. That file begins with the version that it was collected for.
 * @throws Error if there is no notice, or only one for another version
 */
export function noticeOf(root, directory) {
  const path = join(root, directory);
  const { name, version, license } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
  const files = readdirSync(path).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
  const texts = files.sort().map((file) => readFileSync(join(path, file), "utf8").replaceAll("\r", "").trim());
  const own = join(root, "templates/notices", `${name}.txt`);
  if (existsSync(own)) {
    const text = readFileSync(own, "utf8").trim();
    if (!text.split("\n")[0].includes(` ${version} `)) {
      throw new Error(`${own} is not of version ${version}: look at what that one contains`);
    }
    texts.push(text);
  }
  if (texts.length === 0)
    throw new Error(`${name} ${version} (${license}) has no notice that could go into the package`);
  return { name, version, license, text: texts.join("\n\n") };
}

/** The text of all notices. @param more directories of further packages, parts of which are copied or compiled in */
export function noticesText(root, metafiles, more) {
  const directories = [...new Set([...packagesOf(metafiles), ...more])].sort();
  const sections = directories.map((directory) => {
    const { name, version, license, text } = noticeOf(root, directory);
    return `${"=".repeat(80)}\n${name} ${version} (${license})\n\n${text}\n`;
  });
  return `gotrace contains code of these projects, under these terms.\n\n${sections.join("\n")}`;
}
