// `node slither.js SLITHER [options]`: lays the sources out where slither finds no other framework than solc's JSON, and runs it there.
"use strict";
const fs = require("fs");
const os = require("os");
const path = require("path");
const { spawnSync } = require("child_process");

const LEFT_OUT = ["artifacts", "cache", "node_modules", "out"];

function find(folder = "") {
  const entries = fs.readdirSync(path.join(__dirname, folder), { withFileTypes: true }).filter((entry) => !LEFT_OUT.includes(entry.name));
  return entries.flatMap((entry) => {
    const name = path.posix.join(folder, entry.name);
    return entry.isDirectory() ? find(name) : name.endsWith(".sol") ? [name] : [];
  });
}

const sources = {};
const waiting = find();
for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
  if (name in sources) continue;
  const content = fs.readFileSync(path.join(__dirname, name.startsWith("@") ? "node_modules" : "", name), "utf8");
  sources[name] = { content };
  for (const [, imported] of content.matchAll(/(?:from|import) "([^"]+)"/g)) {
    waiting.push(imported.startsWith("@") ? imported : path.posix.join(path.posix.dirname(name), imported));
  }
}
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "slither-"));
for (const [name, { content }] of Object.entries(sources)) {
  fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  fs.writeFileSync(path.join(folder, name), content);
}
const input = { language: "Solidity", sources, settings: { evmVersion: "prague", outputSelection: {} } };
fs.writeFileSync(path.join(folder, "input.json"), JSON.stringify(input));
const [slither, ...options] = process.argv.slice(2);
const how = ["--compile-force-framework", "solc-json", "--solc", path.join(__dirname, "slither-solc"), "--filter-paths", "openzeppelin"];
const { status, error } = spawnSync(path.resolve(slither), ["input.json", ...how, ...options], { cwd: folder, stdio: "inherit" });
fs.rmSync(folder, { recursive: true });
if (error) throw error;
process.exit(status === null ? 1 : status);
