/** Mails as a real SMTP server takes them, and what is known when it does not. */
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dkimVerify } from "mailauth/lib/dkim/verify.js";
import { afterEach, describe, expect, it } from "vitest";
import { openSmtp, type SmtpSender } from "../../../src/io/mail/smtp.js";
import { datedMail } from "../../../src/speak/outgoing.js";
import { mailSchema } from "../../../src/speak/policy.js";
import { type Fault, type SmtpPeer, STAGES, startSmtp } from "./smtp-peer.js";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function server(fault?: (mail: number) => Fault | null): Promise<SmtpPeer> {
  const peer = await startSmtp(fault);
  open.push(peer);
  return peer;
}

async function sender(port: number, over: Record<string, unknown> = {}, env = {}): Promise<SmtpSender> {
  const smtp = { host: "127.0.0.1", port, security: "none", timeoutSeconds: 5 };
  const mail = mailSchema.parse({ from: "patchwitness <bot@example.org>", smtp, ...over });
  const opened = await openSmtp(mail, (name) => (env as Record<string, string>)[name]);
  open.push(opened);
  return opened;
}

const RAW = datedMail(
  "Message-ID: <x@example.org>\nFrom: bot@example.org\nTo: ann@example.org\nSubject: Re: [PATCH] x\n" +
    "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n" +
    `> +\tif (x)\n..\n.dot\nFrom here\n${"long ".repeat(180)}\nKöhler \u{1F427}\n`,
  "2024-05-01T12:00:00.000Z",
);
const MAIL = { sender: "bot@example.org", recipients: ["ann@example.org", "list@example.org"], raw: RAW };

describe("a mail that is handed over", () => {
  it("arrives byte for byte, for all recipients", async () => {
    const peer = await server();
    const smtp = await sender(peer.port);
    expect(await smtp.send(MAIL)).toMatchObject({ kind: "sent", rejected: [] });
    expect(await smtp.send(MAIL)).toMatchObject({ kind: "sent" });
    expect(peer.taken).toHaveLength(2);
    for (const { raw, from, to } of peer.taken) {
      expect(Buffer.from(raw, "latin1").toString("utf8")).toBe(RAW);
      expect({ from, to }).toEqual({ from: "bot@example.org", to: MAIL.recipients });
    }
    // One connection is kept for both.
    expect(peer.sessions).toBe(1);
  });

  it("is signed where a key is configured, and stays as it is", async () => {
    const folder = mkdtempSync(join(tmpdir(), "patchwitness-"));
    open.push({ close: () => rmSync(folder, { recursive: true }) });
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    writeFileSync(join(folder, "key.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
    const peer = await server();
    const dkim = { domain: "example.org", selector: "s1", key: join(folder, "key.pem") };
    const smtp = await sender(peer.port, { dkim });
    expect(await smtp.send(MAIL)).toMatchObject({ kind: "sent" });
    const raw = Buffer.from(peer.taken[0]?.raw ?? "", "latin1");
    expect(raw.toString("utf8").endsWith(RAW)).toBe(true);
    const p = publicKey.export({ type: "spki", format: "der" }).toString("base64");
    const resolver = async (name: string) => {
      expect(name).toBe("s1._domainkey.example.org");
      return [[`v=DKIM1; k=rsa; p=${p}`]];
    };
    const { results } = await dkimVerify(raw, { resolver });
    expect(results.map(({ status }) => status.result)).toEqual(["pass"]);
  });

  it("is not sent in clear where TLS is asked for, nor without its password or key", async () => {
    const peer = await server();
    const smtp = { host: "127.0.0.1", port: peer.port, security: "starttls", timeoutSeconds: 5 };
    expect(await (await sender(peer.port, { smtp })).send(MAIL)).toMatchObject({ kind: "refused", forGood: false });
    expect(peer.taken).toEqual([]);
    const login = { ...smtp, security: "none", user: "bot", passwordEnv: "PW" };
    await expect(sender(peer.port, { smtp: login })).rejects.toThrow("PW is not set");
    const dkim = { domain: "example.org", selector: "s1", key: "/nowhere/key.pem" };
    await expect(sender(peer.port, { dkim })).rejects.toThrow("cannot be read");
  });
});

describe("an attempt that fails", () => {
  const cases = STAGES.flatMap((stage) => (["drop", 421, 450, 550] as const).map((how): Fault => ({ stage, how })));
  it.each(cases)("at $stage with $how is never told as sure when the server may have the mail", async (fault) => {
    const peer = await server((mail) => (mail === 0 ? fault : null));
    const smtp = await sender(peer.port);
    const first = await smtp.send(MAIL);
    const stored = peer.taken.length;
    if (stored > 0) expect(first.kind).not.toBe("refused");
    if (fault.stage === "lost-answer") expect([stored, first.kind]).toEqual([1, "unknown"]);
    if (["connect", "mail", "rcpt"].includes(fault.stage) && fault.how === "drop")
      expect(first).toMatchObject({ kind: "refused", forGood: false });
    // One recipient of two is refused: the mail went to the other.
    if (fault.stage === "rcpt" && fault.how !== "drop" && fault.how !== 421)
      expect(first).toMatchObject({ kind: "sent", rejected: ["ann@example.org"] });
    if (fault.how === 550 && ["mail", "data", "after-data"].includes(fault.stage))
      expect(first).toMatchObject({ kind: "refused", forGood: true });
    // And nobody sends it a second time by himself.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(peer.taken).toHaveLength(stored);
    const before = peer.taken.length;
    expect((await smtp.send(MAIL)).kind).toBe("sent");
    expect(peer.taken).toHaveLength(before + 1);
  });

  it("because nobody listens is sure", async () => {
    const peer = await server();
    await peer.close();
    open.splice(0);
    expect(await (await sender(peer.port)).send(MAIL)).toMatchObject({ kind: "refused", forGood: false });
  });
});
