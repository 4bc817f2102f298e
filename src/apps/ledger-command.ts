/** `review ledger`: how right each rule was, and which rules answers have taken off duty. */
import { EXIT, type ExitCode, ReviewError } from "../errors.js";
import { loadConfig } from "../io/config/load-config.js";
import { loadRules } from "../io/load-rules.js";
import type { SqlStore } from "../io/store/store.js";
import { writeOutput } from "../io/terminal.js";
import { visible } from "../report/visible.js";
import { type LedgerAnswer, type LedgerRow, ledgerRows, putJudgement } from "../speak/ledger.js";
import { openBeside } from "./watch/place.js";

export interface LedgerOptions {
  config: string;
  add?: string;
  verdict?: "valid" | "invalid";
  by?: string;
  reason?: string;
  answers?: boolean;
}

/** Runs the command: puts a judgement down when one is given, and prints the ledger. */
export async function runLedger(options: LedgerOptions): Promise<ExitCode> {
  const config = await loadConfig(options.config);
  const { store, close } = await openBeside(config);
  try {
    if (options.add !== undefined) await putJudgement(await answerOf(options, store), store);
    const answers = await store.ledger();
    if (options.answers === true) await writeOutput(answersText(answers));
    else {
      const rules = (await loadRules(config.rules)).rules.map(({ id, stage }) => ({ id, stage }));
      const stages = new Map<string, string>(rules.map(({ id, stage }) => [id, stage]));
      const rows = ledgerRows(answers, config.ledger, [...stages.keys()]);
      await writeOutput(ledgerText(rows, stages));
    }
  } finally {
    await close();
  }
  return EXIT.nothing;
}

async function answerOf(options: LedgerOptions, store: SqlStore): Promise<LedgerAnswer> {
  const { add: finding = "", verdict, by, reason } = options;
  if (verdict === undefined || by === undefined || reason === undefined)
    throw new ReviewError("usage", EXIT.usage, "--add needs --verdict, --by and --reason");
  const rule = await store.ruleOf(finding);
  if (rule === null) throw new ReviewError("no-finding", EXIT.input, `no finding ${visible(finding)} is in the store`);
  return { finding, rule, valid: verdict === "valid", by, reason, via: "hand", at: new Date().toISOString() };
}

const percent = (share: number | null): string => (share === null ? "-" : `${Math.round(share * 100)} %`);

function ledgerText(rows: readonly LedgerRow[], stages: ReadonlyMap<string, string>): string {
  const width = Math.max(4, ...rows.map(({ rule }) => rule.length));
  const line = (rule: string, valid: string, invalid: string, precision: string, stage: string): string =>
    `${rule.padEnd(width)}  ${valid.padStart(5)}  ${invalid.padStart(7)}  ${precision.padStart(9)}  ${stage}`;
  const body = rows.map(({ rule, valid, invalid, precision, demoted }) => {
    const stage = demoted ? "nursery, by its answers" : (stages.get(rule) ?? "not in the rules any more");
    return line(visible(rule), `${valid}`, `${invalid}`, percent(precision), stage);
  });
  return `${[line("rule", "valid", "invalid", "precision", "stage"), ...body].join("\n")}\n`;
}

function answersText(answers: readonly LedgerAnswer[]): string {
  if (answers.length === 0) return "no answers\n";
  const lines = answers.map(({ at, finding, rule, valid, by, via, reason }) =>
    visible(`${at}  ${finding}  ${rule}  ${valid ? "valid" : "invalid"}  by ${by} (${via}): ${reason}`),
  );
  return `${lines.join("\n")}\n`;
}
