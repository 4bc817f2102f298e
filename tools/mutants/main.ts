/**
 * Seeds faults and sound edits into real functions of a kernel tree and reports what the engine says of them.
 * npm run mutants -- --tree DIR [--seed N] [--sample N] [--operator NAME]... [--path FOLDER]... [--json] [--out FILE] [--fresh] [--list]
 *   [--require FAULTS,SOUND]: ends with 1 when fewer per cent of the faults are named, or of the sound edits silent
 */
import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { openFolderTree } from "../../src/io/folder-tree.js";
import { loadParser, loadRules } from "../../src/io/load-rules.js";
import type { SourceTree } from "../../src/tree/source-tree.js";
import { OPERATORS } from "./operators/index.js";
import { report, shortfalls } from "./report.js";
import { runMutants } from "./run.js";

const { values } = parseArgs({
  options: {
    tree: { type: "string" },
    seed: { type: "string", default: "1" },
    sample: { type: "string", default: "12" },
    operator: { type: "string", multiple: true, default: [] },
    path: { type: "string", multiple: true, default: [] },
    out: { type: "string" },
    require: { type: "string" },
    json: { type: "boolean", default: false },
    fresh: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
  },
});

/** Files that the rules may want beside arch/.../kvm and virt/kvm. */
const HEADERS = /^arch\/[^/]+\/include\/asm\/kvm_host\.h$/;

/** The KVM parts and what they need, or the folders named. */
async function readTree(folder: string, paths: readonly string[]): Promise<Map<string, string>> {
  const tree = await openFolderTree(folder);
  const named = (await Promise.all(paths.map((p) => tree.list(p)))).flat().filter((p) => /\.[ch]$/.test(p));
  const wanted = paths.length > 0 ? named : await kvmFiles(tree);
  const texts = new Map<string, string>();
  for (const path of wanted) {
    const text = await tree.readFile(path);
    if (text !== null) texts.set(path, text);
  }
  return texts;
}

async function kvmFiles(tree: SourceTree): Promise<string[]> {
  const arches = new Set((await tree.list("arch")).flatMap((p) => /^arch\/([^/]+)\/kvm\//.exec(p)?.[1] ?? []));
  return [
    ...(await tree.list("arch")).filter(
      (p) => (/^arch\/[^/]+\/kvm\/.*\.[ch]$/.test(p) || HEADERS.test(p)) && arches.has(p.split("/")[1] ?? ""),
    ),
    ...(await tree.list("virt/kvm")).filter((p) => /\.[ch]$/.test(p)),
    "include/linux/kvm_host.h",
  ];
}

async function main(): Promise<number> {
  if (values.list) {
    for (const o of OPERATORS) console.log(`${o.kind} ${o.name}: ${o.what}`);
    return 0;
  }
  const unknown = values.operator.filter((name) => !OPERATORS.some((o) => o.name === name));
  if (unknown.length > 0) {
    console.error(`mutants: no operator ${unknown.join(", ")}; --list shows them`);
    return 2;
  }
  if (values.tree === undefined) {
    console.error("mutants: skipped, a kernel tree is needed: npm run mutants -- --tree DIR");
    return 2;
  }
  const [rules, parse, texts] = [await loadRules(), await loadParser(), await readTree(values.tree, values.path)];
  const [seed, sample] = [Number(values.seed), Number(values.sample)];
  const results = runMutants(
    texts,
    rules,
    { parse, syntax: rules.syntax },
    {
      seed,
      sample,
      operators: values.operator,
      fresh: values.fresh,
      paths: values.path,
      onProgress: (name) => process.stderr.isTTY && process.stderr.write(`\r\x1b[K${name}`),
    },
  );
  const markdown = report(results, basename(values.tree), seed, sample);
  if (values.out !== undefined) writeFileSync(values.out, markdown);
  if (values.json) console.log(JSON.stringify(results, null, 2));
  else if (values.out === undefined) console.log(markdown);
  if (values.require === undefined) return 0;
  const [faults = Number.NaN, sound = Number.NaN] = values.require.split(",").map(Number);
  const short = shortfalls(results, [faults, sound]);
  for (const line of short) console.error(`mutants: ${line}`);
  return short.length === 0 ? 0 : 1;
}

process.exitCode = await main();
