/**
 * Which of a file's functions are used as values: put into a table, given to a call, assigned, named in a macro or at file
 * level (module_init(f)). Their callers cannot all be known. Tokens are enough for this: a name that no parenthesis follows is
 * no call, and what a macro does with a name is its users' business.
 */
import { TOKEN, tokenize } from "./tokens.js";

/** The names among `functions` that `text` uses as values, in the order in which they are met. */
export function valueNames(text: string, functions: ReadonlySet<string>): ReadonlySet<string> {
  const out = new Set<string>();
  collect(text, functions, false, out);
  return out;
}

const DEFINE = /^#\s*define\s+\w+/;

function collect(text: string, functions: ReadonlySet<string>, inMacro: boolean, out: Set<string>): void {
  const { kind, start, end, count } = tokenize(text);
  const punct = (i: number): string => (kind[i] === TOKEN.punct ? text.slice(start[i], end[i]) : "");
  for (let i = 0; i < count; i++) {
    if (kind[i] === TOKEN.directive) {
      const define = DEFINE.exec(text.slice(start[i], end[i]));
      // The words of the directive itself are gone: what is left is no directive any more.
      if (define !== null) collect(text.slice((start[i] as number) + define[0].length, end[i]), functions, true, out);
    } else if (kind[i] === TOKEN.ident) {
      const name = text.slice(start[i], end[i]);
      if (!functions.has(name)) continue;
      // A field of the same name.
      const isField = punct(i - 1) === "." || (punct(i - 1) === ">" && punct(i - 2) === "-");
      if (!isField && (inMacro || punct(i + 1) !== "(")) out.add(name);
    }
  }
}
