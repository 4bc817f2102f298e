/**
 * What became of a finding from version to version of a series: told only where several versions of it were reviewed together.
 * Findings are one and the same when their ids are, whatever lines, files and bases they moved to.
 */
import type { Message } from "../message/message.js";
import type { ReviewedPatch } from "../review/finding.js";
import type { Series } from "../thread/series.js";
import { findPrevious } from "../thread/versions.js";
import { reviewedSeries } from "./reviewed-series.js";
import { FATE } from "./wording.js";

/** A version of a series as far as findings go. */
interface Version {
  version: number;
  ids: ReadonlySet<string>;
  /** Files that its patches change: true where they were read, false where they could not be. */
  files: ReadonlyMap<string, boolean>;
  whole: boolean;
}

/** For each finding of which there is something to tell, one sentence, by its id. */
export const fatesOf = (reviewed: readonly ReviewedPatch[]): Map<string, string> => {
  const fates = new Map<string, string>();
  for (const versions of chainsOf(reviewed)) {
    const ids = new Set(versions.flatMap((one) => [...one.ids]));
    for (const id of ids) {
      const fate = fateOf(id, versions, pathOf(id, reviewed));
      if (fate !== null) fates.set(id, fate);
    }
  }
  return fates;
};

const pathOf = (id: string, reviewed: readonly ReviewedPatch[]): string | null =>
  reviewed.flatMap(({ findings }) => findings).find((finding) => finding.id === id)?.path ?? null;

/** The sentence for one finding over the versions of its series, in their order; null where there is only one to speak of. */
const fateOf = (id: string, versions: readonly Version[], path: string | null): string | null => {
  const having = versions.filter(({ ids }) => ids.has(id));
  const [first, last, latest] = [having[0], having.at(-1), versions.at(-1)];
  if (first === undefined || last === undefined || latest === undefined) return null;
  if (last === latest) return first === last ? null : FATE.still(first.version, last.version);
  // A reroll of some patches says nothing of files that it does not touch.
  const after = versions.slice(versions.indexOf(last) + 1).find(({ whole, files }) => whole || files.has(path ?? ""));
  if (after === undefined) return null;
  return after.files.get(path ?? "") === true ? FATE.fixed(after.version) : FATE.gone(after.version);
};

/** The versions of each series that has several, each chain in order. */
const chainsOf = (reviewed: readonly ReviewedPatch[]): Version[][] => {
  const { own, series, threads } = reviewedSeries(reviewed);
  const previous = findPrevious(series, threads);
  const chains = new Map<Series, Series[]>();
  const rootOf = (one: Series): Series => {
    for (let root = one; ; ) {
      const before = previous[series.indexOf(root)] ?? null;
      if (before === null) return root;
      root = before;
    }
  };
  for (const one of series) {
    const root = rootOf(one);
    chains.set(root, [...(chains.get(root) ?? []), one]);
  }
  const byMessage = new Map<Message, ReviewedPatch>(own.map((one) => [one.message, one]));
  return [...chains.values()]
    .filter((chain) => chain.length > 1)
    .map((chain) => chain.map((one) => versionOf(one, byMessage)).sort((a, b) => a.version - b.version));
};

const versionOf = (series: Series, byMessage: ReadonlyMap<Message, ReviewedPatch>): Version => {
  const patches = series.patches.flatMap((message) => byMessage.get(message) ?? []);
  const files = new Map<string, boolean>();
  for (const { report } of patches)
    for (const file of report.files) files.set(file, (files.get(file) ?? true) && report.analysed !== "none");
  const ids = new Set(patches.flatMap(({ findings }) => findings.map(({ id }) => id)));
  return { version: series.version, ids, files, whole: series.incomplete === null };
};
