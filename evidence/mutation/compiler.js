// Compiles what standard input asks for, a JSON document a line: {target, name, changed: {path: text}, wanted}. Answers in kind: {errors}, or
// by what is wanted {bytecode: hex}, {sources: {path: ast}} or, for "check", {} where it compiles. One process for all, so that the compiler
// is loaded once. No optimiser: it is quicker.
"use strict";
const fs = require("fs");
const path = require("path");
const readline = require("readline");

const ROOT = path.join(__dirname, "..", "..", "contracts");
const solc = require(require.resolve("solc", { paths: [ROOT] }));

function read(source) {
  const base = source.startsWith("@") ? path.join(ROOT, "node_modules") : ROOT;
  return fs.readFileSync(path.join(base, source), "utf8");
}

function compile({ target, name: contract, changed, wanted }) {
  const text = (name) => changed[name] || read(name);
  const input = {
    language: "Solidity",
    sources: { [target]: { content: text(target) } },
    settings: {
      evmVersion: "prague",
      metadata: { appendCBOR: false, bytecodeHash: "none" },
      optimizer: { enabled: false },
      viaIR: true,
      outputSelection: { ast: { "*": { "": ["ast"] } }, bytecode: { [target]: { [contract]: ["evm.bytecode.object"] } }, check: {} }[wanted],
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: (name) => ({ contents: text(name) }) }));
  const errors = (output.errors || []).filter((each) => each.severity === "error").map((each) => each.formattedMessage);
  if (errors.length) return { errors };
  if (wanted === "check") return {};
  if (wanted === "ast") return { sources: Object.fromEntries(Object.entries(output.sources).map(([name, each]) => [name, each.ast])) };
  return { bytecode: output.contracts[target][contract].evm.bytecode.object };
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  process.stdout.write(`${JSON.stringify(compile(JSON.parse(line)))}\n`);
});
