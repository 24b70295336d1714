// npm run rules:pages: writes docs/rules from the texts in the rules.
import { mkdirSync, writeFileSync } from "node:fs";
import { at } from "./lib-exectrace.mjs";
import "./typescript.mjs";

const { indexPage, rulePage, rules } = await import("../src/rules/index.ts");

mkdirSync(at("docs/rules"), { recursive: true });
for (const rule of rules) writeFileSync(at(`docs/rules/${rule.name}.md`), rulePage(rule));
writeFileSync(at("docs/rules/README.md"), indexPage());
