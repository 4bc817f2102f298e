/**
 * When V8 compiles for speed. By default it does so after a fraction of a second, on what it has seen by then; most runs end before
 * that pays, and in longer ones much of it is thrown away and made again. In V8 11 (Node 20) the price of a call is named by
 * a flag; later ones have a compiler in between, and no such flag.
 */
import { setFlagsFromString } from "node:v8";

/** Bytes of code that a function has run before it is compiled for speed; V8's own figure is a tenth of it. */
const BUDGET = 700_000;

/**
 * V8's second compiler for WebAssembly takes longer over the grammar's one huge function than all of the parsing that it makes
 * faster, and is waited for at the end: it is left out. To be called before a parser is loaded.
 */
export function compileGrammarOnce(): void {
  setFlagsFromString("--liftoff-only");
}

/** To be called before the work begins. Changes nothing but time. */
export function compileLater(): void {
  if (process.versions.v8.startsWith("11.")) setFlagsFromString(`--interrupt-budget=${BUDGET}`);
}
