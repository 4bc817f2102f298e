/** The account of a function for a terminal: its events in a table, and what each rule makes of it. */
import type { AccountLine, FunctionAccount, Whose } from "../../rules/explain/account.js";
import type { Look } from "../../rules/explain/look.js";
import type { RuleAccount } from "../../rules/explain/why.js";
import { visible } from "../visible.js";
import { KIND_WORDS, SILENCE_WORDS, STANDING_WORDS } from "./wording-kit.js";

const WHOSE_WORDS: Readonly<Record<Whose, string>> = {
  self: "SELF",
  other: "OTHER",
  param: "PARAM",
  unknown: "UNKNOWN",
  container: "CONTAINER",
  "": "",
};

const HOW_WORDS: Readonly<Record<AccountLine["how"][number], string>> = {
  once: "once",
  exclusive: "one step",
  attempt: "attempt",
  counts: "counts",
};

const list = (items: readonly string[]): string => (items.length === 0 ? "none" : items.join(", "));

function lineText(l: AccountLine): string {
  const how = l.how.map((h) => HOW_WORDS[h]).join(", ");
  const subject = `${l.subject}${how === "" ? "" : ` [${how}]`}${l.via.length === 0 ? "" : ` via ${l.via.join("() -> ")}()`}`;
  const locks = `held: ${list(l.held)}${l.unsure.length === 0 ? "" : `; perhaps: ${list(l.unsure)}`}`;
  return `  ${String(l.line).padStart(5)}  ${l.what.padEnd(6)}  ${WHOSE_WORDS[l.whose].padEnd(9)}  ${subject}  {${locks}}`;
}

/** One line for the same thing said twice: a check is told once for all that rests on it. */
const unique = (lines: readonly string[]): string[] => [...new Set(lines)];

/** The function's head and its events. */
export function accountText(a: FunctionAccount): string {
  const callers = a.closed
    ? `all ${a.calls} calls are in view`
    : `${a.calls} calls are in view, and there may be others`;
  const head = [
    `${a.path}:${a.line} ${a.name}()${a.whole ? "" : " (not understood to the end)"}`,
    `  threads come in by: ${list(a.entries)}${a.heldByEntry.length === 0 ? "" : `; all hold ${list(a.heldByEntry)}`}`,
    `  held by all callers: ${list(a.entryLocks)} (${callers})`,
    "",
    `  ${" line".padStart(5)}  ${"event".padEnd(6)}  ${"whose".padEnd(9)}  what  {locks}`,
  ];
  return [...head, ...unique(a.lines.map(lineText))].map(visible).join("\n");
}

function resultText({ result }: Look): string {
  if ("fired" in result) return `fires: ${result.fired}`;
  return `${SILENCE_WORDS[result.silence]}${result.lock === undefined ? "" : `: ${result.lock}`}`;
}

function lookLines(look: Look): string[] {
  const { counts } = look;
  if (counts !== undefined) {
    const text = `${counts.under} accesses under ${counts.lock}, ${counts.bare} without; this one ${"silence" in look.result && look.result.silence === "guarded" ? "under it" : "without"}`;
    return [`    ${String(look.line).padStart(5)}  ${look.what.padEnd(6)}  ${look.subject}: ${text}`];
  }
  const guards = look.guards.map(
    (g) =>
      `             guard ${g.label}: ${STANDING_WORDS[g.standing as keyof typeof STANDING_WORDS]}${g.lock === "" ? "" : ` (${g.lock})`}`,
  );
  const whose = look.whose === "" ? "" : ` (${WHOSE_WORDS[look.whose]})`;
  return [
    `    ${String(look.line).padStart(5)}  ${look.what.padEnd(6)}  ${look.subject}${whose}: ${resultText(look)}`,
    ...guards,
  ];
}

function outcomeText(o: RuleAccount["outcomes"][number]): string {
  const said = o.weak ? "seen, too unsure to be said by itself" : o.severity;
  return `    ${String(o.line).padStart(5)}  ${said}: ${o.kind}${o.accepted ? ", accepted by a comment" : ""}`;
}

/** True for a rule that has something to tell of a function. */
const speaks = (r: RuleAccount): boolean => r.looks.length > 0 || r.outcomes.length > 0;

/** What the rules make of a function; `all` names also those that look at nothing in it. */
export function whyText(accounts: readonly RuleAccount[], all: boolean): string {
  const told = accounts.filter((r) => all || speaks(r));
  const quiet = accounts.length - told.length;
  const parts = told.map((r) => {
    const fired = r.outcomes.some((o) => !o.weak) ? "fired" : "did not fire";
    const why = r.silence === null ? "" : `: ${SILENCE_WORDS[r.silence]}`;
    return [
      `  ${r.rule} ${fired}${why} (${KIND_WORDS[r.kind]})`,
      ...r.outcomes.map(outcomeText),
      ...unique(r.looks.flatMap((look) => lookLines(look).join("\n"))),
    ].join("\n");
  });
  const rest = quiet > 0 ? [`  ${quiet} other ${quiet === 1 ? "rule has" : "rules have"} nothing to look at here`] : [];
  return visibleText([...parts, ...rest].join("\n"));
}

const visibleText = (text: string): string => text.split("\n").map(visible).join("\n");
