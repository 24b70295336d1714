/**
 * Public interface of the rules: findings in execution traces.
 *
 *     const report = analyzeTrace(chunks, { path: "trace.out" });
 *     report.findings; // worst first
 */
export { type AnalyzeOptions, analyzeTrace } from "./analyze.js";
export { baselineText, parseBaseline } from "./baseline.js";
export { parseBudget } from "./budgets.js";
export { type Config, parseConfig, settingsOf } from "./config.js";
export * from "./finding.js";
export { indexPage, rulePage, ruleText } from "./page.js";
export { rules } from "./registry.js";
export type { Rule } from "./rule.js";
export { applyBaseline, failing, rankTraces, selectFindings } from "./select.js";
export { applySetting, defaultSettings } from "./settings.js";
