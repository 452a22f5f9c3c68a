// `node halmos.js HALMOS [options]`: builds the proofs in tests/solidity/halmos with forge and runs halmos on them, without any limit of time for its
// solver. Every panic counts as a failure, not only that of `assert`; an error of a contract ends a path, as an assumption does.
"use strict";
const path = require("path");
const { spawnSync } = require("child_process");

const { binary } = require("./forge.js");

const [halmos, ...options] = process.argv.slice(2);
const fixed = ["--root", ".", "--forge-build-out", "contracts/out/halmos", "--loop", "9", "--panic-error-codes", "*", "--no-status"];
const patience = ["--solver-timeout-branching", "20ms", "--solver-timeout-assertion", "0", "--solver-threads", "1"];
const PATH = [path.dirname(binary), process.env.PATH].join(path.delimiter);
const { status, error } = spawnSync(path.resolve(halmos), [...fixed, ...patience, ...options], {
  cwd: path.dirname(__dirname),
  env: { ...process.env, PATH, FOUNDRY_CONFIG: path.join(__dirname, "foundry.toml"), FOUNDRY_PROFILE: "halmos" },
  stdio: "inherit",
});
if (error) throw error;
process.exit(status === null ? 1 : status);
