/** `review watch --plan`: what would be said, where, to whom and when, or why nothing is, as text. */
import type { Mailbox } from "../../message/message.js";
import { visible } from "../../report/visible.js";
import { outgoingSchema } from "../../speak/outgoing.js";
import type { PatchPlan, PlannedFinding } from "../../speak/planned.js";
import { FINDING_SILENCES, SILENCES, type Silence } from "../../speak/silence.js";
import type { OutboxRow } from "../../watch/outbox.js";

const named = ({ name, address }: Mailbox): string => (name === "" ? address : `${name} <${address}>`);

/** The plans of a round as they come, and what they come to. */
export class PlanText {
  private said = 0;
  private readonly silent = new Map<Silence, number>();

  /** Those patches of a series of which there is something to say: a mail, or findings that get none. The others are counted. */
  add(plans: readonly PatchPlan[]): string {
    for (const plan of plans) {
      if (plan.action === "silent") this.silent.set(plan.silence, (this.silent.get(plan.silence) ?? 0) + 1);
      else this.said++;
    }
    return plans
      .filter(({ action, findings }) => action !== "silent" || findings.length > 0)
      .map(patchText)
      .join("");
  }

  /** How many patches get mail, and why the others do not. */
  total(): string {
    const reasons = Object.entries(SILENCES).flatMap(([silence, words]) => {
      const count = this.silent.get(silence as Silence);
      return count === undefined ? [] : [`  ${count} silent: ${words}\n`];
    });
    const all = [...this.silent.values()].reduce((sum, n) => sum + n, this.said);
    return `${all} ${all === 1 ? "patch" : "patches"}, ${this.said} of them with mail\n${reasons.join("")}`;
  }
}

function patchText(plan: PatchPlan): string {
  const { reviewed } = plan;
  const lines = [
    `${reviewed.patch.subject} <${reviewed.patch.messageId ?? "no Message-ID"}>`,
    ...(plan.action === "silent" ? [`  silent: ${SILENCES[plan.silence]}`] : tellingLines(plan)),
    ...plan.findings.map(findingLine),
  ];
  return `${lines.map(visible).join("\n")}\n`;
}

function tellingLines(plan: Extract<PatchPlan, { action: "mail" | "hold" }>): string[] {
  const how = plan.action === "hold" ? "held for a moderator, then mail" : "mail";
  return [
    `  ${how} to ${plan.to.map(named).join(", ")}`,
    ...(plan.cc.length === 0 ? [] : [`  copies to ${plan.cc.map(named).join(", ")}`]),
    `  by the policy of ${plan.list.address}, from ${plan.notBefore} to ${plan.sendBefore}`,
  ];
}

function findingLine({ finding, silence }: PlannedFinding): string {
  const { id, rule, severity, confidence, path, line, message } = finding;
  const what = `${id} ${rule}, ${severity}, confidence ${confidence}, ${path}:${line}: ${message}`;
  return silence === null ? `  tells ${what}` : `  leaves out ${what} (${FINDING_SILENCES[silence]})`;
}

/** One line for each row that waits, and why it does. */
export function outboxText(rows: readonly OutboxRow[]): string {
  return rows.map((row) => `${visible(outboxLine(row))}\n`).join("");
}

function outboxLine({ target, key, state, payload, notBefore, attempts, reason, sent }: OutboxRow): string {
  const mail = outgoingSchema.safeParse(payload);
  const what = mail.success ? `to ${mail.data.recipients.join(", ")}: ${mail.data.subject}` : target;
  const when = sent !== null ? `, ${sent}` : notBefore === null ? "" : `, not before ${notBefore}`;
  const tries = attempts === 0 ? "" : `, ${attempts} ${attempts === 1 ? "attempt" : "attempts"}`;
  return `${state}${when}${tries}  ${key}  ${what}${reason === null ? "" : ` (${reason})`}`;
}
