// Compiles every contract found here into artifacts/<Name>.json, but those whose sources are as when their artifact was written. With
// --check it compiles all of them and compares instead, and exits 1 with the names that differ. With --check --built, after forge has built
// its suite, it compiles only what forge has not: the same compiler with the same settings has made the others there.
// Each contract is compiled alone with what it imports, so that its bytecode does not depend on its neighbours. A contract that another
// one creates is in that one's code and has no artifact of its own.
// With FILE.sol, an auction of your own anywhere, <Name>.json is written beside it; it imports from here as "auctions/ProvenAuction.sol".
"use strict";
const crypto = require("crypto");
const fs = require("fs");
const path = require("path");
const solc = require("solc");

const ROOT = __dirname;
const ARTIFACTS = path.join(ROOT, "artifacts");
const NOT_SOURCES = ["artifacts", "cache", "node_modules", "out"];
// Keep in step with foundry.toml: a test compares them.
const SETTINGS = {
  evmVersion: "prague",
  metadata: { appendCBOR: false, bytecodeHash: "none" },
  optimizer: { enabled: true, runs: 10000 },
  viaIR: true,
};
const OUTPUT = { "*": { "": ["ast"], "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "metadata"] } };

function find(folder = "") {
  return fs
    .readdirSync(path.join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => !NOT_SOURCES.includes(entry.name))
    .flatMap((entry) => {
      const name = path.posix.join(folder, entry.name);
      if (entry.isDirectory()) return find(name);
      return name.endsWith(".sol") ? [name] : [];
    })
    .sort();
}

let ownFolder = null;

function read(source) {
  const own = ownFolder && path.join(ownFolder, source);
  if (own && fs.existsSync(own)) return fs.readFileSync(own, "utf8");
  const base = source.startsWith("@") ? path.join(ROOT, "node_modules") : ROOT;
  return fs.readFileSync(path.join(base, source), "utf8");
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
}

// SHA-256 over path, zero byte, content, zero byte of the project's own sources in order; contracts/__init__.py recomputes it.
function hash(sources) {
  const digest = crypto.createHash("sha256");
  for (const source of sources.filter((name) => !name.startsWith("@"))) digest.update(`${source}\0${read(source)}\0`);
  return digest.digest("hex");
}

// Names of the contracts that are created somewhere in a syntax tree.
function created(node) {
  if (node === null || typeof node !== "object") return [];
  const own = node.nodeType === "NewExpression" && node.typeName.nodeType === "UserDefinedTypeName" ? [node.typeName.pathNode.name] : [];
  return own.concat(Object.values(node).flatMap(created));
}

function compile(source) {
  const input = { language: "Solidity", sources: { [source]: { content: read(source) } }, settings: { ...SETTINGS, outputSelection: OUTPUT } };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: (name) => ({ contents: read(name) }) }));
  const problems = (output.errors || []).filter((problem) => problem.severity !== "info");
  if (problems.length) throw new Error(problems.map((problem) => problem.formattedMessage).join("\n"));
  const deployable = output.sources[source].ast.nodes.filter(
    (node) => node.nodeType === "ContractDefinition" && node.contractKind === "contract" && !node.abstract,
  );
  const parts = Object.values(output.sources).flatMap(({ ast }) => created(ast));
  const compiled = Object.assign({}, ...Object.values(output.contracts || {}));
  const artifacts = deployable.map(({ name }) => {
    const { abi, evm, metadata } = output.contracts[source][name];
    const sources = Object.keys(JSON.parse(metadata).sources).sort();
    const bytecode = `0x${evm.bytecode.object}`;
    const runtimeSizes = Object.fromEntries([name, ...parts].map((each) => [each, compiled[each].evm.deployedBytecode.object.length / 2]));
    const artifact = { name, abi, bytecode, compiler: solc.version(), runtimeSizes, settings: SETTINGS, sources, sourceHash: hash(sources) };
    return [name, `${JSON.stringify(sorted(artifact), null, 1)}\n`];
  });
  return { artifacts, parts };
}

// What compile() gives for a file of which nothing has changed since its artifacts were written; null where something has.
function kept(source, present) {
  const names = [...read(source).matchAll(/^contract (\w+)/gm)].map((match) => match[1]);
  const fresh = [...present].filter(([, text]) => isFresh(JSON.parse(text)));
  const own = fresh.filter(([file]) => names.includes(path.parse(file).name));
  const parts = fresh.flatMap(([, text]) => Object.keys(JSON.parse(text).runtimeSizes).filter((name) => name !== JSON.parse(text).name));
  if (!names.every((name) => present.has(`${name}.json`) ? own.some(([file]) => file === `${name}.json`) : parts.includes(name))) return null;
  return { artifacts: own.map(([file, text]) => [path.parse(file).name, text]), parts };
}

function isFresh({ compiler, settings, sources, sourceHash }) {
  const here = sources.every((name) => name.startsWith("@") || fs.existsSync(path.join(ROOT, name)));
  const same = compiler === solc.version() && JSON.stringify(sorted(settings)) === JSON.stringify(sorted(SETTINGS));
  return here && same && hash(sources) === sourceHash;
}

// A source as it is named here; forge's paths begin at the project's root.
function fromHere(name) {
  return name.replace(/^contracts\/(node_modules\/)?/, "");
}

// As kept(), where forge has made the same creation code and interface of every artifact of the file.
function confirmed(source, present) {
  const found = kept(source, present);
  const same = ([name, text]) => {
    const built = path.join(ROOT, "out", path.basename(source), `${name}.json`);
    if (!fs.existsSync(built)) return false;
    const { abi, bytecode, deployedBytecode, metadata } = JSON.parse(fs.readFileSync(built, "utf8"));
    const artifact = JSON.parse(text);
    const plain = (entries) => JSON.stringify(entries.map((entry) => JSON.stringify(sorted(entry))).sort());
    return (
      bytecode.object === artifact.bytecode &&
      plain(abi) === plain(artifact.abi) &&
      deployedBytecode.object.length / 2 - 1 === artifact.runtimeSizes[name] &&
      JSON.stringify(Object.keys(metadata.sources).map(fromHere).sort()) === JSON.stringify(artifact.sources)
    );
  };
  return found && found.artifacts.length && found.artifacts.every(same) ? found : null;
}

function main(check, built) {
  fs.mkdirSync(ARTIFACTS, { recursive: true });
  const present = new Map(fs.readdirSync(ARTIFACTS).sort().map((name) => [name, fs.readFileSync(path.join(ARTIFACTS, name), "utf8")]));
  const known = check ? (built ? confirmed : () => null) : kept;
  const all = find().map((source) => known(source, present) || compile(source));
  const parts = all.flatMap((each) => each.parts);
  const whole = all.flatMap((each) => each.artifacts).filter(([name]) => !parts.includes(name));
  const wanted = new Map(whole.map(([name, text]) => [`${name}.json`, text]));
  const names = [...new Set([...wanted.keys(), ...present.keys()])].sort();
  const stale = names.filter((name) => wanted.get(name) !== present.get(name));
  if (check) {
    for (const name of stale) process.stderr.write(`stale artifact: ${name}\n`);
    return stale.length ? 1 : 0;
  }
  for (const name of stale) {
    if (wanted.has(name)) fs.writeFileSync(path.join(ARTIFACTS, name), wanted.get(name));
    else fs.unlinkSync(path.join(ARTIFACTS, name));
    process.stdout.write(`${wanted.has(name) ? "wrote" : "removed"} artifacts/${name}\n`);
  }
  return 0;
}

function compileOwn(file) {
  ownFolder = path.dirname(path.resolve(file));
  for (const [name, text] of compile(path.basename(file)).artifacts) {
    fs.writeFileSync(path.join(ownFolder, `${name}.json`), text);
    process.stdout.write(`wrote ${path.join(path.dirname(file), `${name}.json`)}\n`);
  }
  return 0;
}

const own = process.argv.slice(2).find((argument) => argument.endsWith(".sol"));
process.exitCode = own ? compileOwn(own) : main(process.argv.includes("--check"), process.argv.includes("--built"));
