/** Globs of rule scopes: `*` within a folder, `**` across folders, `{a,b}` alternatives. */

const ESCAPE = /[.+^$()|[\]\\]/g;

function translate(glob: string): string {
  let out = "";
  for (let i = 0; i < glob.length; i++) {
    const c = glob[i] as string;
    if (c === "*" && glob[i + 1] === "*") {
      i++;
      if (glob[i + 1] === "/") {
        i++;
        out += "(?:[^/]+/)*";
      } else out += ".*";
    } else if (c === "*") out += "[^/]*";
    else if (c === "?") out += "[^/]";
    else if (c === "{") out += "(?:";
    else if (c === "}") out += ")";
    else if (c === ",") out += "|";
    else out += c.replace(ESCAPE, "\\$&");
  }
  return out;
}

/** A test for any of the globs. A comma outside braces is an alternative too. A line feed is a letter of a name like any other. */
export function globs(patterns: readonly string[]): (path: string) => boolean {
  const tests = patterns.map((p) => new RegExp(`^(?:${translate(p)})$`, "s"));
  return (path) => tests.some((t) => t.test(path));
}
