/** A process for tests that sends what waits, until its input ends or it is killed: arguments are one JSON object. */
import { setTimeout as wait } from "node:timers/promises";
import { openSmtp } from "../../../src/io/mail/smtp.js";
import { openStore } from "../../../src/io/store/store.js";
import type { OutgoingMail } from "../../../src/speak/outgoing.js";
import { listSchema, mailSchema } from "../../../src/speak/policy.js";
import { sendDue } from "../../../src/watch/sending.js";

interface Setup {
  url: string;
  port: number;
  archive: string;
  mail: Record<string, unknown>;
  lists: Record<string, unknown>[];
}

const setup = JSON.parse(process.argv[2] ?? "{}") as Setup;
const end = new AbortController();
process.stdin.resume().once("end", () => end.abort());
const smtp = { host: "127.0.0.1", port: setup.port, security: "none", timeoutSeconds: 5 };
const mail = mailSchema.parse({ from: "bot@example.org", smtp, lookUpAfter: "0s", ...setup.mail });
const lists = setup.lists.map((list) => listSchema.parse(list));
const store = await openStore({ url: setup.url, connections: 2 });
const sender = await openSmtp(mail, () => undefined);

async function lookUp({ messageId }: OutgoingMail): Promise<boolean | null> {
  const answer = await fetch(`${setup.archive}/${encodeURIComponent(messageId)}/raw`).catch(() => null);
  return answer === null || (answer.status !== 200 && answer.status !== 404) ? null : answer.status === 200;
}

while (!end.signal.aborted) {
  await sendDue(
    { store, deliver: sender.send, lookUp, whyNot: async () => null, now: () => new Date() },
    { mail, lists, signal: end.signal, leaseMs: 1500, waits: [50, 100] },
  );
  await wait(50);
}
sender.close();
await store.close();
