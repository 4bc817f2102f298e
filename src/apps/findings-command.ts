/** `review findings`: what a watch has found, and why it was judged on the tree that it was. */
import pc from "picocolors";
import { EXIT, type ExitCode, ReviewError } from "../errors.js";
import { loadConfig } from "../io/config/load-config.js";
import { loadRules } from "../io/load-rules.js";
import { foundFindings, verdictsAbout } from "../io/store/found.js";
import type { SqlStore } from "../io/store/store.js";
import { outputWidth, wantsColour, writeOutput } from "../io/terminal.js";
import { foundJson, foundText } from "../report/found.js";
import { renderTerminal } from "../report/terminal.js";
import { visible } from "../report/visible.js";
import type { BaseChoice } from "../watch/base.js";
import { baseLines } from "../watch/base-text.js";
import type { WatchConfig } from "../watch/config.js";
import type { VerdictRecord } from "../watch/records.js";
import { storedResult, verdictPage } from "./stored-page.js";
import { dayOf } from "./watch/days.js";
import { openBeside } from "./watch/place.js";

export interface FindingsOptions {
  config: string;
  since?: string;
  rule?: string;
  all?: boolean;
  format: "text" | "json";
}

async function withStore(
  file: string,
  work: (store: SqlStore, config: WatchConfig) => Promise<void>,
): Promise<ExitCode> {
  const config = await loadConfig(file);
  const { store, close } = await openBeside(config);
  try {
    await work(store, config);
  } finally {
    await close();
  }
  return EXIT.nothing;
}

/** Lists findings; exit 0 whether there are some or not. */
export function runFindings(options: FindingsOptions): Promise<ExitCode> {
  const { since, rule, all = false, format } = options;
  const day = since === undefined ? null : dayOf("since", since);
  return withStore(options.config, async ({ sql }, config) => {
    const query = { ...(day === null ? {} : { since: day }), ...(rule === undefined ? {} : { rule }) };
    const found = await foundFindings(sql, query);
    if (found.length === 0 && rule !== undefined) await checkRule(rule, config);
    if (format === "json") await writeOutput(foundJson(found, all));
    else await writeOutput(found.length === 0 ? "no findings\n" : foundText(found, all));
  });
}

/** A rule that is there no more may have findings in the store all the same: asked where there are none. */
async function checkRule(rule: string, config: WatchConfig): Promise<void> {
  const { rules } = await loadRules(config.rules);
  if (rules.some(({ id }) => id === rule)) return;
  throw new ReviewError("no-rule", EXIT.usage, `no rule is called ${rule}: ${rules.map(({ id }) => id).join(", ")}`);
}

/** Prints the verdicts about a mail, or with a finding, as text or as one page; exit 4 when there is none. */
export function runFindingsShow(name: string, file: string, page: boolean): Promise<ExitCode> {
  const bare = name.replace(/^<(.*)>$/, "$1");
  return withStore(file, async (store, config) => {
    const verdicts = await verdictsAbout(store.sql, bare);
    if (verdicts.length === 0) throw new ReviewError("no-verdict", EXIT.input, await whyNone(bare, store));
    for (const verdict of page ? verdicts.slice(-1) : verdicts)
      await writeOutput(page ? await verdictPage(verdict, store, config) : await verdictText(verdict, store));
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
async function verdictText(verdict: VerdictRecord, store: SqlStore): Promise<string> {
  const series = await store.series(verdict.series);
  const text = renderTerminal(await storedResult(verdict, store), {
    paint: pc.createColors(wantsColour(process.stdout.isTTY === true, process.env)),
    width: outputWidth(),
    all: true,
    quiet: false,
  });
  const head = series === null ? `<${verdict.series}>` : `${series.title} (v${series.version}) <${verdict.series}>`;
  return `${[head, ...baseLines(verdict.base as BaseChoice)].map(visible).join("\n")}\n\n${text}\n`;
}
