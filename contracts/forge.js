// Runs forge's binary with the arguments given and hands its exit status on. (The package's own wrapper loses the status, and its
// install script, which npm blocks, is only needed where the platform's package is missing.)
"use strict";
const { spawnSync } = require("child_process");

const ARCHITECTURES = { x64: "amd64", arm64: "arm64" };
const suffix = process.platform === "win32" ? ".exe" : "";
const binary = require.resolve(`@foundry-rs/forge-${process.platform}-${ARCHITECTURES[process.arch]}/bin/forge${suffix}`);
const { status, error } = spawnSync(binary, process.argv.slice(2), { stdio: "inherit", cwd: __dirname });
if (error) throw error;
process.exit(status === null ? 1 : status);
