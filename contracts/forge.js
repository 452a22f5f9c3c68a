// Runs forge's binary with the arguments given and hands its exit status on. The binaries are depended on directly: the package around
// them (@foundry-rs/forge) loses the status, has an install script, and names platforms that the registry did not serve when this was locked.
"use strict";
const path = require("path");
const { spawnSync } = require("child_process");

const ARCHITECTURES = { x64: "amd64", arm64: "arm64" };
const suffix = process.platform === "win32" ? ".exe" : "";
const name = `@foundry-rs/forge-${process.platform}-${ARCHITECTURES[process.arch]}`;
if (!(name in require("./package.json").optionalDependencies)) throw new Error(`no forge for this platform: ${name}`);
const binary = require.resolve(`${name}/bin/forge${suffix}`);
exports.binary = binary;

if (require.main === module) {
  const ROOT = path.dirname(__dirname);
  const env = { ...process.env, FOUNDRY_CONFIG: path.join(__dirname, "foundry.toml") };
  const { status, error } = spawnSync(binary, process.argv.slice(2), { stdio: "inherit", cwd: ROOT, env });
  if (error) throw error;
  process.exit(status === null ? 1 : status);
}
