/** How the base of a series was chosen, in sentences: for a person who looks at a verdict. */
import { BASE_SENTENCES, type BaseChoice, type BaseReason, type BaseWay, type MissingPrerequisite } from "./base.js";

const WAYS: Readonly<Record<BaseWay | "open" | "fetch", string>> = {
  "base-commit": "by the base commit that the mails name",
  "index-blobs": "by the blobs of the index lines",
  "subject-tag": "by the tag in the subjects",
  "configured-paths": "by the paths that are configured for it",
  maintainers: "by MAINTAINERS",
  "newest-tag": "by the newest release tag from before the mails",
  open: "opening",
  fetch: "fetching",
};

const FITS: Readonly<Record<NonNullable<BaseChoice["applies"]>, string>> = {
  exactly: "every hunk where its header says",
  cleanly: "every hunk, some at other lines",
  "with-fuzz": "with context lines left aside",
  partly: "not to the end",
};

/** A verdict of another version of this program may know words that this one does not. */
const said = (words: Readonly<Record<string, string>>, word: string): string => words[word] ?? word;

/** The lines: what was chosen, what is missing from it, and why each better way led nowhere. */
export function baseLines(base: BaseChoice): string[] {
  const { how, tree, revision, applies, patches, applied, missing, tried } = base;
  const chosen =
    how === null
      ? ["Base: none; the patches were read by themselves."]
      : [
          `Base: ${tree ?? "?"} at ${revision ?? "?"}, found ${said(WAYS, how)}.`,
          `${patches.applied} of ${patches.total} patches apply${applies === null ? "" : `: ${said(FITS, applies)}`}.`,
        ];
  return [
    ...chosen,
    ...(applied.length === 0
      ? []
      : [`Put first: ${applied.map((id) => (id === null ? "a patch" : `<${id}>`)).join(", ")}.`]),
    ...missing.map(missingLine),
    ...(tried.length === 0 ? [] : [how === null ? "Why none:" : "Why nothing before it:"]),
    ...tried.map(({ how: way, tree: at, reason }) => {
      const where = [said(WAYS, way), ...(at === null ? [] : [at])].join(", ");
      return `  ${where}: ${said(BASE_SENTENCES, reason)}`;
    }),
  ];
}

function missingLine({ prerequisite, reason }: MissingPrerequisite): string {
  const what = prerequisite.kind === "other" ? prerequisite.text : `${prerequisite.kind} ${prerequisite.id}`;
  return `Missing: ${what}: ${said(BASE_SENTENCES, reason satisfies BaseReason)}.`;
}
