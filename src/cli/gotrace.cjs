#!/usr/bin/env node
// The executable. Written in old JavaScript, so that an old Node can run it and say that it is too old.
"use strict";
var version = process.versions.node.split(".");
var major = Number(version[0]);
var advice = " is too old: install Node 20.19 or newer (https://nodejs.org)\n";
if (major > 20 || (major === 20 && Number(version[1]) >= 19)) {
  require("./start.cjs");
} else {
  process.stderr.write("gotrace: Node ".concat(process.versions.node, advice));
  process.exitCode = 69;
}
