/** `review thread` against archives on loopback: the same findings as in the same mails from a file. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { files, serve, type TestServer } from "../io/archive/archive-peer.js";
import { writeEpoch } from "../io/archive/epoch-peer.js";
import { hasLore, startLore } from "../io/archive/lore-peer.js";
import { program } from "./watch/program.js";

const { folder, run } = program();
const servers: TestServer[] = [];
afterAll(async () => {
  for (const server of servers) await server.close();
});

const ID = "20260310110240.1202-1-author@example.org";
const PATCH = readFileSync("fixtures/threads/unlocked-write/patch.mbox", "utf8").replace(/^From .*\n/, "");
const REPLY = `From: R. Reader <reader@example.org>
Subject: Re: [PATCH] KVM: arm64: Wake all parked vCPUs with one call
Date: Tue, 10 Mar 2026 12:00:00 +0000
Message-ID: <reply@example.org>
In-Reply-To: <${ID}>

Why?
`;

const findings = (out: string): unknown => (JSON.parse(out) as { findings: unknown }).findings;
const JSON_REPORT = ["--format", "json"];

describe.skipIf(!hasLore)("a thread of a public-inbox (needs ../shared and public-inbox)", () => {
  it("is reviewed as its mails are, by its id and by a link", async () => {
    const epoch = join(folder, "0.git");
    writeEpoch(epoch, [
      { m: PATCH },
      { m: REPLY },
      { m: PATCH.replace(ID, "other@example.org").replace("Wake", "Stop") },
    ]);
    const lore = await startLore(join(folder, "server"), "list", epoch);
    try {
      const mbox = join(folder, "thread.mbox");
      writeFileSync(mbox, [PATCH, REPLY].map((mail) => `From mboxrd@z Thu Jan  1 00:00:00 1970\n${mail}\n`).join(""));
      const alone = await run([...JSON_REPORT, mbox]);
      expect([alone.code, findings(alone.out)]).toMatchObject([
        1,
        [{ rule: "kvm/cross-vcpu-mp-state", messageId: ID }],
      ]);
      const inbox = ["--allow-private", "--inbox", lore.url];
      for (const target of [ID, `<${ID}>`, "reply@example.org", `${lore.url}${ID}/T/#u`]) {
        const fetched = await run(["thread", ...JSON_REPORT, ...inbox, target]);
        expect([target, fetched.code, JSON.parse(fetched.out)]).toEqual([target, 1, JSON.parse(alone.out)]);
      }
      const unknown = await run(["thread", ...inbox, "nobody@example.org"]);
      expect([unknown.code, unknown.out]).toEqual([4, ""]);
      expect(unknown.err).toBe(`review: ${lore.url} has no mail <nobody@example.org>\n`);
    } finally {
      await lore.close();
    }
  });
});

const escaped = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

/** A page as Mailman's HyperArch writes it. */
function article(mail: string): string {
  const end = mail.indexOf("\n\n");
  const subject = /^Subject: (.*)$/m.exec(mail)?.[1] ?? "";
  return `<HTML><HEAD><TITLE> ${subject}\n   </TITLE></HEAD><BODY>
   <H1>${subject}</H1>
    <B>A. Author</B>\x20
    <A HREF="mailto:list%40example.org?Subject=Re%3A&In-Reply-To=%3C${ID.replace("@", "%40")}%3E"
       TITLE="${subject}">author at example.org
       </A><BR>
    <I>Tue Mar 10 11:02:40 UTC 2026</I>
    <P><UL><LI> <B>Messages sorted by:</B> <a href="thread.html#1">[ thread ]</a></LI></UL>
    <HR>\x20\x20
<!--beginarticle-->
<PRE>${escaped(mail.slice(end + 2))}</PRE>
<!--endarticle-->
</BODY></HTML>
`;
}

describe.concurrent("a thread of pipermail", () => {
  it("is reviewed as its page is", async () => {
    const page = article(PATCH);
    const entry = '<!--0 01773140560.1- -->\n<LI><A HREF="000001.html">[PATCH] KVM\n</A>\n';
    const content = new Map<string, Buffer>([
      ["/list/2026-March/000001.html", Buffer.from(page)],
      ["/list/2026-March/thread.html", Buffer.from(`<b>Messages sorted by:</b>${entry}`)],
      [
        "/list/index.html",
        Buffer.from('<title>The List Archives</title><A href="2026-March/thread.html">[ Thread ]</a>'),
      ],
    ]);
    const server = await serve(files(content));
    servers.push(server);
    const file = join(folder, "page.html");
    writeFileSync(file, page);
    const alone = await run([...JSON_REPORT, file]);
    expect([alone.code, findings(alone.out)]).toMatchObject([1, [{ rule: "kvm/cross-vcpu-mp-state" }]]);
    const link = `${server.origin}/list/2026-March/000001.html`;
    const fetched = await run(["thread", "--allow-private", ...JSON_REPORT, link]);
    expect([fetched.code, JSON.parse(fetched.out)]).toEqual([1, JSON.parse(alone.out)]);
    const unknown = await run(["thread", "--allow-private", link.replace("000001", "000009")]);
    expect([unknown.code, unknown.out]).toEqual([4, ""]);
    expect(unknown.err).toMatch(
      /^review: http:\/\/127\.0\.0\.1:\d+\/list\/2026-March\/000009\.html is no mail of the archive\n$/,
    );
    content.set("/list/2026-March/000001.html", Buffer.from(article(REPLY)));
    const talk = await run(["thread", "--allow-private", "--format", "json", link], {
      env: { XDG_CACHE_HOME: join(folder, "other-cache") },
    });
    expect([talk.code, talk.err]).toEqual([
      0,
      expect.stringContaining("there is no patch in the 1 mail of the thread"),
    ]);
    content.set("/list/2026-March/000001.html", Buffer.from(page));
    const text = await run(["thread", "--allow-private", link]);
    expect([text.code, text.out]).toEqual([1, expect.stringContaining("mp_state_lock")]);
  });

  it("is refused on this machine unless that is allowed, and told of where nothing answers", async () => {
    const server = await serve((_request, response) => response.end());
    const { origin } = server;
    for (const target of [
      `${origin}/list/2026-March/000001.html`,
      `${origin}/list/a@example.org/`,
      "http://[::1]:1/l/a@b/",
    ]) {
      const refused = await run(["thread", target]);
      expect([refused.code, refused.out]).toEqual([4, ""]);
      expect(refused.err).toContain("private network (--allow-private)");
    }
    expect(server.requests).toEqual([]);
    await server.close();
    const away = await run(["thread", "--allow-private", `${origin}/list/2026-March/000001.html`]);
    expect([away.code, away.out]).toEqual([5, ""]);
    expect(away.err).toMatch(/^review: 127\.0\.0\.1:\d+ cannot be reached: .*\n$/);
    const none = await run(["thread", "not an id"]);
    expect([none.code, none.err]).toEqual([4, expect.stringContaining("neither a Message-ID nor a link to a mail")]);
  });
});
