/** A store with series on lists, versions of them, findings, mails that wait and what was given up: real mails, made-up findings. */
import { readFileSync } from "node:fs";
import { sql as raw } from "kysely";
import type { SqlStore } from "../../../src/io/store/store.js";
import { type Review, SEVERITIES, STATUSES } from "../../../src/review/finding.js";
import type { FindingRecord, MailRecord, SeriesRecord } from "../../../src/watch/records.js";
import { mail, series, verdict, waiting } from "../../io/store/examples.js";
import { gateFinding, sampleReport } from "../../report/sample.js";

export const LISTS = ["kvm", "kvm-riscv", "linux-mm", "quiet"] as const;
const RULES = ["kvm/self-clearing-flag", "kvm/check-then-act", "locking/unbalanced", "locking/stale-after-unlock"];
const PATCH = readFileSync(new URL("../../../fixtures/threads/susp-gate/patch.mbox", import.meta.url), "utf8").replace(
  /^From .*\n/,
  "",
);
const WORDS = ["Keep wake calls out", "Park vCPUs one by one", "Drop a stale check", "Take the lock first"];

const pick = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;
const timeOf = (n: number): string => new Date(Date.UTC(2026, 0, 1) + n * 613_000).toISOString();

/** The mail of a patch: whole, so that its diff is shown. */
function patchMail(id: string, title: string, sent: string): MailRecord {
  const text = PATCH.replace(/^Message-ID: .*$/im, `Message-ID: <${id}>`).replace(
    /^Subject: .*$/im,
    `Subject: ${title}`,
  );
  return mail(id, { raw: Buffer.from(text), subject: title, sent, sender: "parker@example.org" });
}

/** What was found in a patch. Ids are the same in all versions of a series. */
function reviewOf(id: string, title: string, root: number, count: number): Review {
  const findings = Array.from({ length: count }, (_, at) =>
    gateFinding({
      id: `${(root * 64 + at).toString(16).padStart(12, "0")}`,
      messageId: id,
      rule: pick(RULES, root + at),
      severity: pick(SEVERITIES, root * 3 + at),
      status: pick(STATUSES, (root + at * 2) % 7),
      line: 1156 - at,
    }),
  );
  const tool = { name: "patchwitness", version: "0.1.0", rules: "sha256:0123" };
  return { tool, patches: [sampleReport({ messageId: id, subject: title })], findings, problems: [] };
}

/** A title as nobody should write it. */
const LONG = `<script>alert(1)</script> \u202e${"long_".repeat(60)}`;

interface Made {
  record: SeriesRecord;
  mail: MailRecord;
  review: Review;
  list: string;
}

/** The series of a number: every fourth is a later version of the one before, every tenth has nothing found in it. */
export function makeSeries(n: number, findings: number): Made {
  const version = (n % 4) + 1;
  const root = n - (version - 1);
  const title = `KVM: arm64: ${pick(WORDS, root / 4)} (${root})`;
  const id = `${n}-1-parker@example.org`;
  const subject = `[PATCH${version === 1 ? "" : ` v${version}`}] ${title}`;
  const sent = timeOf(n);
  const record = series([id], {
    title,
    version,
    sent,
    author: "P. Parker <parker@example.org>",
    previous: version === 1 ? null : `${n - 1}-1-parker@example.org`,
  });
  const count = n % 10 === 9 ? 0 : findings;
  return {
    record,
    mail: patchMail(id, subject, sent),
    review: reviewOf(id, subject, root, count),
    list: pick(LISTS.slice(0, 3), root),
  };
}

const recordsOf = ({ findings }: Review): FindingRecord[] =>
  findings.map(({ id, rule, severity, status, messageId, path, line }) => {
    return { id, rule, severity, status, messageId, path, line };
  });

/** Fills a store with series, each with so many findings but for those with none. */
export async function fillSeries(store: SqlStore, count: number, findings: number): Promise<void> {
  const cursors = new Map<string, string>();
  for (let from = 0; from < count; from += 200) {
    const made = Array.from({ length: Math.min(200, count - from) }, (_, at) => makeSeries(from + at, findings));
    for (const list of LISTS) {
      const mails = made.filter((one) => one.list === list).map((one) => ({ mail: one.mail, ref: one.record.key }));
      if (mails.length === 0) continue;
      const cursor = `${from}`;
      await store.record(list, cursors.get(list) ?? null, { mails, removed: [], dead: [], cursor }, timeOf(count));
      cursors.set(list, cursor);
    }
    await store.putSeries(
      made.map(({ mail: { id } }) => id),
      made.map(({ record }) => record),
      timeOf(count),
    );
    for (const [at, { record, review }] of made.entries())
      await store.putVerdict(verdict(record, { report: review }), recordsOf(review), [], timeOf(from + at));
  }
}

/** What an operator has to do with: mails that wait, letters, tasks, a pull request, and answers about findings. */
export async function fillWork(store: SqlStore): Promise<void> {
  const at = timeOf(9);
  const payload = (n: number) => ({
    ...{
      kind: "review",
      messageId: `own-${n}@example.org`,
      inReplyTo: `${n}-1-parker@example.org`,
      sender: "bot@example.org",
    },
    ...{
      subject: `Re: [PATCH] change ${n}`,
      recipients: ["parker@example.org", "kvm@example.org"],
      series: null,
      version: 1,
    },
    ...{
      raw: `Subject: Re: change ${n}\nTo: parker@example.org\n\nCould \u202ethis be locked?\n`,
      findings: [],
      rules: [],
    },
    ...{ patchSent: null, sendBefore: null, lookUp: null },
  });
  const rows = [0, 1, 2].map((n) =>
    waiting(`${n}-1-parker@example.org`, { state: n === 2 ? "waiting" : "held", payload: payload(n) }),
  );
  await store.putOutbox(rows, at);
  const dead = {
    kind: "mail" as const,
    key: "kvm deadbeef",
    source: "kvm",
    ref: "deadbeef",
    reason: "no header",
    attempts: 3,
  };
  await store.record(
    "letters",
    null,
    { mails: [], removed: [], dead: [{ ...dead, form: null, raw: null }], cursor: "1" },
    at,
  );
  await store.record(
    "quiet",
    null,
    { mails: [{ mail: mail("dead@example.org"), ref: "dead" }], removed: [], dead: [], cursor: "1" },
    at,
  );
  await store.putSeries(["dead@example.org"], [series(["dead@example.org"], { title: LONG, sent: null })], at);
  for (let tries = 0; tries < 3; tries++) await store.failSeries("dead@example.org", "the tree cannot be read", at, at);
  const task = { repository: "example/linux", installation: 1, subject: "pull 12", kind: "review" as const, data: {} };
  await store.putTask({ id: "task-1", ...task }, at);
  const report = reviewOf("pull", "KVM: x", 1, 2);
  const findings = Object.fromEntries(report.findings.map(({ id, rule }) => [id, rule]));
  await store.putReport("example/linux", "pull 12", { head: "0123456789abcdef", findings, report }, at);
  for (const [n, valid] of [true, true, false].entries()) {
    const of = { finding: `${(n * 64).toString(16).padStart(12, "0")}`, rule: pick(RULES, 0), valid };
    await store.putAnswer({ ...of, by: `ann${n}@example.org`, reason: "read it", via: "mail", at });
  }
}

/** For seeding only: what is lost with the machine can be seeded again. */
export async function inHaste(store: SqlStore): Promise<void> {
  if (store.sql.kind === "sqlite") await raw`pragma synchronous = off`.execute(store.sql.db);
}
