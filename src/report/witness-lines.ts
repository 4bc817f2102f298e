/**
 * The witness of a finding on paper: the sites with the locks held there, and how two threads meet. Both together take at
 * most {@link WITNESS_LINES} lines, as many as a reader takes in at once; the JSON report has all of it.
 */
import type { Finding, InterleavingStep, WitnessSite } from "../review/finding.js";
import type { TerminalOptions } from "./paint.js";
import { visible } from "./visible.js";
import { locksPhrase, moreSites, ROLE_LABELS } from "./wording.js";
import { wrap } from "./wrap.js";

/** Lines that sites and interleaving of one finding take together. */
export const WITNESS_LINES = 12;
/** Of these, what the sites keep when an interleaving is long. */
const SITE_LINES = 3;
const MAX_CODE_COLUMNS = 400;

/** Code of strangers, cut where a line has no end. */
export const clip = (code: string): string =>
  code.length > MAX_CODE_COLUMNS ? `${code.slice(0, MAX_CODE_COLUMNS)} [ ... ]` : code;

/** The steps of two threads, B indented, in at most `limit` lines: what is left out stands before the last step. */
export const interleavingLines = (
  steps: readonly InterleavingStep[],
  width: number,
  indent: string,
  limit = WITNESS_LINES,
): string[] => {
  const blocks = steps.map(({ thread, text }) => {
    const lead = `${indent}${thread === "A" ? "" : "    "}${thread}: `;
    return wrap(visible(text), width, lead, " ".repeat(lead.length));
  });
  let total = 0;
  for (const block of blocks) total += block.length;
  if (total <= limit) return blocks.flat();
  const last = blocks.pop() ?? [];
  const kept: string[] = [];
  for (const block of blocks) {
    if (kept.length + block.length + 1 + last.length > limit) break;
    kept.push(...block);
  }
  return [...kept, `${indent}[ ... ]`, ...last.slice(0, limit - 1)];
};

const headLines = (site: WitnessSite, finding: Finding, width: number): string[] => {
  const via = site.via.length === 0 ? "" : ` via ${site.via.join(" -> ")}`;
  // At low confidence the block's last line says once what a missing lock means.
  const untold = site.locks.length === 0 && finding.confidence === "low";
  const untied = site.role === "lock" || site.role === "unlock" || untold;
  const locks = untied ? "" : `, ${locksPhrase(site.locks, finding.confidence)}`;
  const head = `${ROLE_LABELS[site.role]}: ${site.function}()${via}, ${site.path}:${site.line}${locks}`;
  return wrap(visible(head), width, "    ", "      ");
};

/** The sites in at most `limit` lines: with their code where there is room for all, else without, else the first ones. */
const siteLines = (finding: Finding, limit: number, { paint, width }: TerminalOptions): string[] => {
  const heads = finding.witness.map((site) => headLines(site, finding, width));
  const coded = heads.map((head, i) => [
    ...head,
    `        ${paint.dim(clip(visible(finding.witness[i]?.code ?? "")))}`,
  ]);
  if (coded.flat().length <= limit) return coded.flat();
  if (heads.flat().length <= limit) return heads.flat();
  const kept: string[] = [];
  for (const [i, head] of heads.entries()) {
    if (kept.length + head.length >= limit) {
      const part = i === 0 ? head.slice(0, limit - 1) : [];
      return [...kept, ...part, `    ${moreSites(heads.length - i)}`];
    }
    kept.push(...head);
  }
  return kept;
};

/** Sites and interleaving of a finding, together in at most {@link WITNESS_LINES} lines. */
export const witnessLines = (
  finding: Finding,
  options: TerminalOptions,
): { sites: string[]; interleaving: string[] } => {
  const room = WITNESS_LINES - (finding.witness.length === 0 ? 0 : SITE_LINES);
  const interleaving = interleavingLines(finding.interleaving, options.width, "    ", room);
  return { sites: siteLines(finding, WITNESS_LINES - interleaving.length, options), interleaving };
};
