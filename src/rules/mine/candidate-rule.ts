/** A mined candidate as the folder of a rule that is to be judged: rule, models, page with the evidence, cases. */
import { newRuleFiles } from "../new-rule.js";
import { FILL_IN } from "../rule-folder.js";
import type { MinedPlace } from "./mine.js";
import type { Ranked } from "./rank.js";

/** Places that the page names, at most. */
const MAX_PLACES = 12;

/** The object from which both field and lock can be named; null for a global lock, of which no rule can be about objects. */
function pathsOf({
  field,
  relation,
}: Pick<Ranked, "field" | "relation">): { struct: string; field: string; lock: string } | null {
  const [struct = "", name = ""] = field.split(".");
  const down = /^((?:\^\w+)*)->(.+)$/.exec(relation);
  if (down === null || !/^[\w>-]+$/.test(down[2] ?? "")) return null;
  const ups = (down[1] ?? "").split("^").filter((w) => w !== "");
  return { struct, field: [...ups.reverse(), name].join("."), lock: down[2] ?? "" };
}

const placeText = (p: MinedPlace): string =>
  `- ${p.path}:${p.line} ${p.function}() ${p.access}s it${p.once ? ", once" : ""}${p.said ? ", as the code says" : ""}`;

function listText(head: string, places: readonly MinedPlace[]): string {
  const more = places.length > MAX_PLACES ? [`- and ${places.length - MAX_PLACES} more`] : [];
  return [head, "", ...places.slice(0, MAX_PLACES).map(placeText), ...more].join("\n");
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");

/** The files of a candidate rule by their paths; null where no rule of this kind can say it. */
export function candidateFiles(m: Ranked, paths: readonly string[]): Map<string, string> | null {
  const named = pathsOf(m);
  if (named === null || m.relation.startsWith("^")) return null;
  const id = `mined/${[m.arch, slug(m.field)].filter((w) => w !== "").join("-")}`;
  const files = newRuleFiles({
    id,
    kind: "guarded-access",
    title: `${m.field} is written without ${m.lock}`,
    paths,
    object: `mined-${slug(`${m.arch} ${m.field}`)}`,
    struct: named.struct,
    known: "",
    base: "",
    fields: [named.field],
    lock: `$object->${named.lock}`,
    lockKind: "spinlock",
    cites: m.declared.map((d) => `${d.path}:${d.line}`),
  });
  const page = [
    `# ${id}`,
    "",
    `${FILL_IN}: judge the evidence. \`${m.lock}\` is held at ${m.under.length} of ${m.under.length + m.bare.length} accesses to \`${m.field}\`.`,
    ...m.declared.map((d) => `The code says so: ${d.how} at ${d.path}:${d.line}.`),
    ...m.otherwise.map((d) => `The code names \`${d.word}\` instead: ${d.how} at ${d.path}:${d.line}.`),
    "",
    listText("Without the lock:", m.bare),
    "",
    listText("Under the lock:", m.under),
    "",
  ].join("\n");
  return files.set(`${id}/README.md`, page);
}
