import { afterAll, describe, expect, it } from "vitest";
import { mailUrl, parseArchiveLink } from "../../../src/io/archive/archive-link.js";
import { fetchThread } from "../../../src/io/archive/thread.js";
import { files, type Handler, serve, type TestServer, testContext } from "./archive-peer.js";

const context = testContext();
const servers: TestServer[] = [];
afterAll(async () => {
  for (const server of servers) await server.close();
  context.remove();
});

async function server(handler: Handler): Promise<TestServer> {
  const made = await serve(handler);
  servers.push(made);
  return made;
}

const link = (text: string): string | null => {
  const found = parseArchiveLink(text);
  if (found === null) return null;
  if (found.kind === "pipermail") return `${found.archive.href} ${found.month} ${found.number}`;
  return `${found.inbox.href} ${found.id}${found.single ? " alone" : ""}`;
};

describe("links to mails", () => {
  it("are known in all forms", () => {
    const all = "https://lore.kernel.org/all/ a-1@example.org";
    const kvm = "https://lore.kernel.org/kvm/ a-1@example.org";
    for (const [text, wanted] of [
      ["a-1@example.org", all],
      [" <a-1@example.org> ", all],
      ["mid:a-1@example.org", all],
      ["https://lore.kernel.org/r/a-1@example.org", all],
      ["https://lkml.kernel.org/r/a-1@example.org", all],
      ["https://patch.msgid.link/a-1%40example.org", all],
      ["https://lore.kernel.org/kvm/a-1@example.org", kvm],
      ["https://lore.kernel.org/kvm/a-1@example.org/", kvm],
      ["https://lore.kernel.org/kvm/a-1@example.org/T/#u", kvm],
      ["https://lore.kernel.org/kvm/a-1@example.org/t/#m0123abc", kvm],
      ["<https://lore.kernel.org/kvm/a-1@example.org/t.mbox.gz>", kvm],
      ["https://lore.kernel.org/kvm/a-1@example.org/#Z2e.:..:body", kvm],
      ["https://lore.kernel.org/kvm/a-1@example.org/raw", `${kvm} alone`],
      ["https://lore.kernel.org/kvm/a/b%2Fc@example.org/raw", "https://lore.kernel.org/kvm/ a/b/c@example.org alone"],
      ["http://127.0.0.1:8080/x/y/a-1@example.org/", "http://127.0.0.1:8080/x/y/ a-1@example.org"],
      [
        "https://lists.infradead.org/pipermail/kvm-riscv/2019-May/000061.html#start",
        "https://lists.infradead.org/pipermail/kvm-riscv/ 2019-May 000061",
      ],
    ] as const) {
      expect([text, link(text)]).toEqual([text, wanted]);
    }
    for (const text of [
      "",
      "hello",
      "https://lore.kernel.org/",
      "https://lore.kernel.org/kvm/",
      "ftp://a@b/c@d e",
      "a b@c",
    ])
      expect([text, link(text)]).toEqual([text, null]);
    expect(mailUrl(new URL("https://x/l/"), "../a/b?c#d@e", "raw")).toBe("https://x/l/..%2Fa%2Fb%3Fc%23d@e/raw");
  });
});

describe("a thread that is not where it is looked for", () => {
  it("is said to be in another inbox, where the archive knows one", async () => {
    const { origin, host } = await server((request, response) => {
      if (request.url?.endsWith("/t.mbox.gz")) response.writeHead(404).end();
      else
        response.writeHead(300).end('<html><a href="../../kvm/a@b/">kvm</a> <a href="https://elsewhere/l/a@b/">x</a>');
    });
    const options = { inbox: `${origin}/all/`, allowPrivate: true, pauseSeconds: 0 };
    await expect(fetchThread("a@b", options, context)).rejects.toThrow(
      `${origin}/all/ has no mail <a@b>; it may be http://${host}/kvm/a@b/`,
    );
  });
});

describe("a thread of pipermail", () => {
  const article = (id: string): Buffer => Buffer.from(`<H1>${id}</H1><!--beginarticle--><PRE>x</PRE><!--endarticle-->`);
  const threads = (...entries: [string, string, string][]): Buffer =>
    Buffer.from(
      entries.map(([key, n, subject]) => `<!--0 ${key}- -->\n<LI><A HREF="${n}.html">${subject}\n</A>`).join("\n"),
    );
  const content = new Map<string, Buffer>([
    [
      "/l/index.html",
      Buffer.from(
        '<a href="2020-May/thread.html">x</a><a href="2020-June/thread.html">x</a><a href="2020-April/thread.html">',
      ),
    ],
    [
      "/l/2020-April/thread.html",
      threads(["01.1", "000001", "[PATCH] other"], ["02.2", "000002", "[PATCH] this &amp; that"]),
    ],
    [
      "/l/2020-May/thread.html",
      threads(
        ["03.3", "000003", "[PATCH] this &amp; that"],
        ["03.3-04.4", "000005", "[PATCH] this &amp; that"],
        ["04.6", "000004", "[PATCH] third"],
        ["03.3-04.4-05.7", "000006", "[PATCH v2] this"],
      ),
    ],
    ["/l/2020-June/thread.html", threads(["08.8", "000008", "[PATCH] last"])],
    ...["April/000002", "May/000003", "May/000004", "May/000005"].map(
      (n) => [`/l/2020-${n}.html`, article(n)] as const,
    ),
  ]);

  it("is told by thread.html, and goes on in the months beside", async () => {
    const { origin, host, requests } = await server(files(content));
    const options = { allowPrivate: true, pauseSeconds: 0 };
    const fetched = await fetchThread(`${origin}/l/2020-May/000005.html`, options, context);
    expect(fetched.mails.map((mail) => mail.ref)).toEqual([
      "2020-April/000002.html",
      "2020-May/000003.html",
      "2020-May/000005.html",
    ]);
    expect(fetched.mails.every((mail) => mail.form === "pipermail-html")).toBe(true);
    expect(fetched.lost.map((lost) => `${lost.ref} ${lost.reason}`)).toEqual(["2020-May/000006.html not-found"]);
    requests.length = 0;
    const single = await fetchThread(`http://${host}/l/2020-May/000004.html`, { ...options, single: true }, context);
    expect(single.mails).toHaveLength(1);
    expect(requests).toHaveLength(1);
    await expect(fetchThread(`${origin}/l/2020-May/000009.html`, options, context)).rejects.toMatchObject({
      reason: "not-found",
    });
  });
});
