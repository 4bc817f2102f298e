/** `review findings`: what a watch has found, and why it was judged on the tree that it was. */
import pc from "picocolors";
import { EXIT, type ExitCode, ReviewError } from "../errors.js";
import { loadConfig } from "../io/config/load-config.js";
import { foundFindings, verdictsAbout } from "../io/store/found.js";
import type { SqlStore } from "../io/store/store.js";
import { outputWidth, wantsColour, writeOutput } from "../io/terminal.js";
import { readPatches } from "../patch/read-patch.js";
import { foundJson, foundText } from "../report/found.js";
import { renderTerminal } from "../report/terminal.js";
import { visible } from "../report/visible.js";
import type { Review, ReviewedPatch } from "../review/finding.js";
import type { BaseChoice } from "../watch/base.js";
import { baseLines } from "../watch/base-text.js";
import { recordedMessage } from "../watch/open-mail.js";
import type { VerdictRecord } from "../watch/records.js";
import { dayOf } from "./watch/days.js";
import { openBeside } from "./watch/place.js";

export interface FindingsOptions {
  config: string;
  since?: string;
  rule?: string;
  all?: boolean;
  format: "text" | "json";
}

async function withStore(config: string, work: (store: SqlStore) => Promise<void>): Promise<ExitCode> {
  const { store, close } = await openBeside(await loadConfig(config));
  try {
    await work(store);
  } finally {
    await close();
  }
  return EXIT.nothing;
}

/** Lists findings; exit 0 whether there are some or not. */
export function runFindings(options: FindingsOptions): Promise<ExitCode> {
  const { since, rule, all = false, format } = options;
  const day = since === undefined ? null : dayOf("since", since);
  return withStore(options.config, async ({ sql }) => {
    const query = { ...(day === null ? {} : { since: day }), ...(rule === undefined ? {} : { rule }) };
    const found = await foundFindings(sql, query);
    if (format === "json") await writeOutput(foundJson(found, all));
    else await writeOutput(found.length === 0 ? "no findings\n" : foundText(found, all));
  });
}

/** Prints the verdicts about a mail, or with a finding; exit 4 when there is none. */
export function runFindingsShow(name: string, config: string): Promise<ExitCode> {
  const bare = name.replace(/^<(.*)>$/, "$1");
  return withStore(config, async (store) => {
    const verdicts = await verdictsAbout(store.sql, bare);
    if (verdicts.length === 0) throw new ReviewError("no-verdict", EXIT.input, await whyNone(bare, store));
    for (const verdict of verdicts) await writeOutput(await verdictText(verdict, store));
  });
}

async function whyNone(name: string, store: SqlStore): Promise<string> {
  const key = await store.seriesOf(name);
  const series = key === null ? null : await store.series(key);
  if (series !== null)
    return series.state === "dead"
      ? `the series of <${name}> could not be judged; review letters says why`
      : `the series of <${name}> has not been judged yet${series.incomplete === null ? "" : ": it is not complete"}`;
  const [mail] = await store.mails([name]);
  if (mail !== undefined) return `<${name}> is in the store, and no patch of a series`;
  return `no mail and no finding ${name} is in the store; review findings lists what was found`;
}

/** A verdict as `review` would have printed it, and the choice of its base. */
async function verdictText({ series: key, base, report }: VerdictRecord, store: SqlStore): Promise<string> {
  const series = await store.series(key);
  // A verdict is what this program wrote there itself: the document of --format json.
  const review = report as Review;
  const reviewed: ReviewedPatch[] = [];
  for (const record of await store.mails(series?.members ?? [])) {
    const message = await recordedMessage(record);
    const { patch } = readPatches(message);
    const of = review.patches.find(({ messageId }) => messageId === record.id);
    if (patch === null || of === undefined) continue;
    const findings = review.findings.filter(({ messageId }) => messageId === record.id);
    reviewed.push({ message, patch, report: of, findings });
  }
  const text = renderTerminal(
    { review, reviewed },
    {
      paint: pc.createColors(wantsColour(process.stdout.isTTY === true, process.env)),
      width: outputWidth(),
      all: true,
      quiet: false,
    },
  );
  const head = series === null ? `<${key}>` : `${series.title} (v${series.version}) <${key}>`;
  return `${[head, ...baseLines(base as BaseChoice)].map(visible).join("\n")}\n\n${text}\n`;
}
