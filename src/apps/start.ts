/**
 * What the command `review` starts with: commands that review run from one text, whose compiled code is kept between runs; all
 * others from modules that load what they need. Which is which can be read off the words of the command line; what they mean is
 * the program's affair (cli.ts).
 */
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { EXIT } from "../errors.js";
import { compileGrammarOnce, compileLater } from "../io/compile-later.js";
import { compileKept } from "../io/kept-code.js";
import { cacheFolder } from "../io/user-folder.js";

/** Commands that the one text leaves out: they load stores, mail and network. */
export const OTHER_COMMANDS: ReadonlySet<string> = new Set([
  "watch",
  "config",
  "findings",
  "letters",
  "queue",
  "ledger",
  "github",
  "app",
  "serve",
  "rules",
  "completion",
  "complete",
]);

/** What was built (tools/build.mjs), and what a text that is no module has not got itself. */
export interface Built {
  /** The folder of both forms of the program, and the digest of the one that is one text. */
  folder: string;
  digest: string;
  load: NodeJS.Require;
  importModule: (name: string) => Promise<unknown>;
}

/** What a review loads of Node. */
const LOADED = ["child_process", "fs/promises", "os", "perf_hooks", "stream", "zlib"].map((name) => `node:${name}`);

type Run = (load: Built["load"], importModule: Built["importModule"], url: string) => void;

const TREE = /^(?:--tree|-t)/;

/** Runs the program. */
export const start = (argv: readonly string[], { folder, digest, load, importModule }: Built): void => {
  const words = argv.slice(2);
  if (words.some((word) => OTHER_COMMANDS.has(word))) {
    void importModule("./program.mjs");
    return;
  }
  // V8 takes kept code, Node's own too, under the very same flags only.
  for (const name of LOADED) load(name);
  // And Node's resolver, by what is looked for in any case.
  load.resolve("web-tree-sitter/web-tree-sitter.wasm");
  compileLater();
  compileGrammarOnce();
  const path = join(folder, "program.txt");
  const code = compileKept(path, digest, words.includes("--no-cache") ? null : cacheFolder(process.env));
  const run = code.script.runInThisContext() as Run;
  // Node's own modules can be had without the loader of others.
  const later = (name: string): Promise<unknown> =>
    isBuiltin(name) ? Promise.resolve(load(name)) : importModule(name);
  run(load, later, pathToFileURL(path).href);
  // Of a run that has been through everything: what a call for help has compiled is of no use to a review.
  if (!words.some((word) => TREE.test(word))) return;
  process.once("exit", (exit) => {
    if (exit === EXIT.nothing || exit === EXIT.findings) code.keep();
  });
};
