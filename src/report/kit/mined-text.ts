/** Mined candidates for a person, and for programs. */
import { stringify } from "yaml";
import type { MinedPlace } from "../../rules/mine/mine.js";
import type { Ranked } from "../../rules/mine/rank.js";
import { visible } from "../visible.js";

/** Exceptions that the table names, at most. */
const MAX_SHOWN = 5;

const writesIn = (places: readonly MinedPlace[]): number => places.filter((p) => p.access === "write").length;

const wordsOf = ({ declared, otherwise, under }: Ranked): string => {
  const said = under.filter((p) => p.said).length;
  return [
    ...new Set(declared.map((d) => d.how)),
    ...(otherwise.length > 0 ? [`words name ${[...new Set(otherwise.map((d) => d.word))].join(", ")}`] : []),
    ...(said > 0 ? [`${said} by a caller or an assertion`] : []),
  ].join("; ");
};

const placeText = (p: MinedPlace): string =>
  `${p.path}:${p.line} ${p.function}() ${p.access}s it${p.once ? ", once" : ""}`;

function candidateText(m: Ranked, rank: number): string[] {
  const all = m.under.length + m.bare.length;
  const words = wordsOf(m);
  const head = `${String(rank).padStart(4)}  ${m.field}${m.arch === "" ? "" : ` (${m.arch})`}  ${m.lock}  ${m.under.length} of ${all} (${writesIn(m.under)} of ${writesIn([...m.under, ...m.bare])} writes)`;
  const shown = m.bare.slice(0, MAX_SHOWN).map((p) => `        without: ${placeText(p)}`);
  const more = m.bare.length > MAX_SHOWN ? [`        and ${m.bare.length - MAX_SHOWN} more`] : [];
  return [`${head}  score ${m.score.toFixed(2)}${words === "" ? "" : `  [${words}]`}`, ...shown, ...more];
}

/** A table: field, lock, accesses under it, and the exceptions. */
export const minedText = (all: readonly Ranked[]): string =>
  all.length === 0
    ? "no field is clearly guarded by one lock\n"
    : `${all
        .flatMap((m, i) => candidateText(m, i + 1))
        .map(visible)
        .join("\n")}\n`;

export const minedJson = (all: readonly Ranked[]): string => `${JSON.stringify(all, null, 2)}\n`;

export const minedYaml = (all: readonly Ranked[]): string =>
  stringify(all, { lineWidth: 120, aliasDuplicateObjects: false });
