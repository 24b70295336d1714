/** The list of commands. Each module is loaded only when its command runs, so that `gotrace --help` is fast. */

import type { CommandEntry } from "../command.js";

/** All commands but `help`, in the order of the help. */
export const commands: readonly CommandEntry[] = [
  {
    name: "run",
    summary: "build and run a program, then show its call tree",
    together: ["exec"],
    runsGo: true,
    load: async () => (await import("./run.js")).runCommand,
  },
  {
    name: "test",
    summary: "run tests as 'go test' does, then show a call tree for each",
    runsGo: true,
    load: async () => (await import("./test.js")).testCommand,
  },
  {
    name: "flame",
    summary: "run a program and print collapsed stacks, or JSON",
    together: ["json"],
    runsGo: true,
    load: async () => (await import("./run.js")).flameCommand,
  },
  {
    name: "json",
    summary: "run a program and print its call tree as JSON",
    runsGo: true,
    load: async () => (await import("./run.js")).jsonCommand,
  },
  {
    name: "exec",
    summary: "the same as run",
    runsGo: true,
    load: async () => (await import("./run.js")).execCommand,
  },
  {
    name: "build",
    summary: "build an instrumented binary to run elsewhere",
    runsGo: true,
    load: async () => (await import("./build.js")).buildCommand,
  },
  {
    name: "instrument",
    summary: "write an instrumented copy of the module",
    runsGo: true,
    load: async () => (await import("./instrument.js")).instrumentCommand,
  },
  {
    name: "report",
    summary: "show saved traces again, or write them for other tools",
    load: async () => (await import("./report.js")).reportCommand,
  },
  {
    name: "view",
    summary: "show saved traces on a page in the browser",
    load: async () => (await import("./view.js")).viewCommand,
  },
  {
    name: "stats",
    summary: "numbers by function: calls, times, panics, callers, callees",
    load: async () => (await import("./stats.js")).statsCommand,
  },
  {
    name: "calls",
    summary: "single calls of a function: the slowest, the first, the last",
    load: async () => (await import("./calls.js")).callsCommand,
  },
  {
    name: "requests",
    summary: "the requests of a server: slow ones, and what they waited for",
    load: async () => (await import("./requests.js")).requestsCommand,
  },
  {
    name: "top",
    summary: "what running traced processes do now",
    load: async () => (await import("./top.js")).topCommand,
  },
  {
    name: "record",
    summary: "change what running traced processes record",
    load: async () => (await import("./record.js")).recordCommand,
  },
  {
    name: "analyze",
    summary: "diagnose a Go execution trace",
    load: async () => (await import("./analyze.js")).analyzeCommand,
  },
  {
    name: "summary",
    summary: "summarize a Go execution trace, or one request in it",
    load: async () => (await import("./summary.js")).summaryCommand,
  },
  {
    name: "diff",
    summary: "compare two call traces, or two execution traces",
    load: async () => (await import("./diff.js")).diffCommand,
  },
  {
    name: "capture",
    summary: "fetch an execution trace from a running server and diagnose it",
    load: async () => (await import("./capture.js")).captureCommand,
  },
  {
    name: "agent",
    summary: "write a Go package that serves traces of a process in production",
    load: async () => (await import("./agent.js")).agentCommand,
  },
  {
    name: "link",
    summary: "what an APM needs to link from a request to its traces",
    load: async () => (await import("./link.js")).linkCommand,
  },
  {
    name: "explain",
    summary: "what a rule of analyze measures, and what to do about it",
    load: async () => (await import("./explain.js")).explainCommand,
  },
  {
    name: "completion",
    summary: "complete commands and flags in bash, zsh or fish",
    load: async () => (await import("./completion.js")).completionOf(commands),
  },
];
