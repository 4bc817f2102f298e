/** What becomes of a command: whether whoever gave it may, what is put down because of it, and what is answered. */
import { addressKey, isAmong } from "./addresses.js";
import type { Authenticity } from "./authenticity.js";
import type { Command, Verb } from "./commands.js";
import type { ListPolicy, MailPolicy } from "./policy.js";

/** A mail with commands, and what is known of the thread that it stands in. */
export interface CommandMail {
  id: string;
  /** Address of the sender, and what a trusted server says of it. */
  sender: string;
  auth: Authenticity;
  commands: readonly Command[];
  /** The series that it speaks of, with all versions before it, latest first; empty when it speaks of none. */
  lineage: readonly string[];
  /** Senders of the patches of that series. */
  authors: readonly string[];
  /** Findings of all these versions: id and rule. */
  findings: ReadonlyMap<string, string>;
  /** Lists that the patches went to, as they are configured. */
  lists: readonly ListPolicy[];
  /** Keys of mails that wait for a moderator, by the word that stands for them. */
  held: ReadonlyMap<string, string>;
}

/** Something to put down. Suppressions are of a finding, of a "series:" with those after it, or of an "author:". */
export type Effect =
  | { kind: "suppress"; what: string; reason: string }
  | { kind: "answer"; finding: string; rule: string; valid: boolean; reason: string }
  | { kind: "recheck"; series: string }
  | { kind: "approve"; key: string }
  | { kind: "drop"; key: string; reason: string };

/** How a command ended; `refused` and `not-understood` are not answered. */
export interface Obeyed {
  command: Command;
  outcome: "done" | "refused" | "not-understood";
  /** One sentence, for the log and, when done, for whoever gave it. */
  said: string;
  effects: Effect[];
}

/** Decides on all commands of a mail, in their order. */
export const obey = (mail: CommandMail, policy: MailPolicy): Obeyed[] =>
  mail.commands.map((command) => {
    const refusal = mayCommand(command.verb, mail, policy);
    if (refusal !== null) return { command, outcome: "refused", said: refusal, effects: [] };
    return DEEDS[command.verb](command, mail);
  });

/** Null when the sender may give such a command, or why not. */
function mayCommand(verb: Verb, mail: CommandMail, policy: MailPolicy): string | null {
  const { sender, auth, lists, authors } = mail;
  if (auth === "fail") return "the mail server says that the mail is not from whom it names";
  if (auth === "unknown" && policy.requireAuth) return "no mail server vouches for the sender";
  if (verb === "stop") return null;
  if (verb === "approve" || verb === "drop") {
    const ok = policy.moderator !== undefined && addressKey(policy.moderator) === addressKey(sender);
    return ok ? null : "the sender is no moderator";
  }
  if (isAmong(sender, [...policy.commanders, ...lists.flatMap((list) => list.commanders)])) return null;
  const own = authors.some((author) => addressKey(author) === addressKey(sender));
  // An author may have us look again, or go away; whether a finding is right is for those who take the patch.
  if (own && (verb === "recheck" || verb === "ignore")) return null;
  return "the sender may not give this command";
}

type Deed = (command: Command, mail: CommandMail) => Obeyed;

const done = (command: Command, said: string, effects: Effect[]): Obeyed => ({
  command,
  outcome: "done",
  said,
  effects,
});
const unclear = (command: Command, said: string): Obeyed => ({ command, outcome: "not-understood", said, effects: [] });

const because = (reason: string): string => (reason === "" ? "no reason given" : reason);

function judged(command: Command, mail: CommandMail, valid: boolean): Obeyed {
  const unknown = command.ids.filter((id) => !mail.findings.has(id));
  if (unknown.length > 0) return unclear(command, `no finding ${unknown.join(", ")} in this thread`);
  const reason = because(command.reason);
  const effects = command.ids.flatMap((id): Effect[] => {
    const answer: Effect = { kind: "answer", finding: id, rule: mail.findings.get(id) ?? "", valid, reason };
    return valid ? [answer] : [{ kind: "suppress", what: id, reason }, answer];
  });
  const said = valid
    ? `Finding ${command.ids.join(", ")} is noted as right.`
    : `Finding ${command.ids.join(", ")} is noted as wrong, and will not be told again.`;
  return done(command, said, effects);
}

const DEEDS: Record<Verb, Deed> = {
  invalid: (command, mail) => judged(command, mail, false),
  valid: (command, mail) => judged(command, mail, true),
  ignore(command, { lineage }) {
    const [series] = lineage;
    if (series === undefined) return unclear(command, "the mail speaks of no series that is known");
    const effect: Effect = { kind: "suppress", what: `series:${series}`, reason: because(command.reason) };
    return done(command, "This series and later versions of it are left alone from now on.", [effect]);
  },
  recheck(command, { lineage }) {
    const [series] = lineage;
    if (series === undefined) return unclear(command, "the mail speaks of no series that is known");
    return done(command, "The series is judged again, on the trees as they are now.", [{ kind: "recheck", series }]);
  },
  stop(command, { sender }) {
    const effect: Effect = { kind: "suppress", what: `author:${addressKey(sender)}`, reason: because(command.reason) };
    return done(command, `No more mail goes to ${addressKey(sender)}.`, [effect]);
  },
  approve: (command, mail) =>
    moderated(command, mail, (key) => ({ kind: "approve", key }), "goes out when its time has come"),
  drop: (command, mail) =>
    moderated(command, mail, (key) => ({ kind: "drop", key, reason: because(command.reason) }), "is dropped"),
};

function moderated(command: Command, { held }: CommandMail, make: (key: string) => Effect, what: string): Obeyed {
  const keys = command.ids.map((id) => held.get(id));
  const known = keys.filter((key): key is string => key !== undefined);
  if (known.length < keys.length) return unclear(command, "no mail of that key waits for a moderator");
  return done(command, `${known.length === 1 ? "The mail" : `All ${known.length} mails`} ${what}.`, known.map(make));
}
