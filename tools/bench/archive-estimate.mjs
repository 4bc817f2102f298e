/** What all of lore would take, on paper: computed from what archive-bench measured, with what it leaves out. */
import { cpus } from "node:os";

/** Mails of lore.kernel.org, about; the same mail through several lists counted each time. */
const LORE = 20_000_000;

const hours = (seconds) => {
  const h = seconds / 3600;
  return h < 48 ? `${h.toFixed(1)} hours` : `${(h / 24).toFixed(1)} days`;
};

/**
 * Processor seconds for one mail: to read it, and, where it matters, to put it into its series and review it. The second is
 * what a backfill takes beyond reading, for each mail that a longer one has more: the start of the program is not in it.
 */
function costs({ mails, kinds, warm, rows }) {
  const [first, last] = [rows[0], rows.at(-1)];
  const read = 1 / warm.cpu;
  const all = (last.cpu - first.cpu) / (last.mails - first.mails);
  const matters = (kinds.patch + kinds.cover) / mails;
  return { read, review: Math.max(0, all - read) / matters, matters };
}

/** Lines of Markdown. */
export function estimate(measured) {
  const { read, review, matters } = costs(measured);
  const cores = cpus().length;
  const row = (share) => {
    const [reading, reviewing] = [LORE * read, LORE * share * review];
    const machine = (reading + reviewing) / cores;
    return `| ${(100 * share).toFixed(0)} % | ${hours(reading)} | ${hours(reviewing)} | ${hours(machine)} | ${hours(machine / 10)} |`;
  };
  return [
    "## All of lore, on paper",
    "",
    `About ${LORE / 1e6} million mails. From the figures above: ${(1e6 * read).toFixed(0)} µs of processor time to triage a mail, and ${(1000 * review).toFixed(1)} ms more for one that`,
    `matters (a patch or cover): store, series and review without a tree. Here ${(100 * matters).toFixed(0)} % matter; where most mails are answers, a tenth does.`,
    "",
    `| mails that matter | triage of all, one core | the rest, one core | one machine, ${cores} cores | ten of them |`,
    "|---:|---:|---:|---:|---:|",
    row(matters),
    row(0.1),
    "",
    "One machine keeps its cores busy with a process for each list, or with workers that share a PostgreSQL store. Ten divide the",
    "lists: every list is one machine's, with its store, and nothing is cut apart, but the largest list is the least that the whole",
    "can take. Divided by years (epochs) the shares are as equal as one likes, and series and versions that reach across a border",
    "are seen in halves: give each share a month of the one before it, and let the later one judge what is in both.",
    "",
    "Left out: the network and the clones (an epoch has about 1 GB; at 10 MB/s that is 100 s each, and one connection at a time is",
    "what operators ask for); kernel trees and the review on them, which takes seconds for a series with an index that is warm, and",
    "is wanted for new mail rather than for all that ever came; a mail that went to several lists, which is read for each and",
    "reviewed once; disks that are slower than the processor.",
    "",
  ];
}
