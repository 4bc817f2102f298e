/** Archive months, archive pages, pasted pages: the layouts are pipermail's, the words our own. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { restoreAtSigns } from "../../src/message/at-sign.js";
import { inputKind } from "../../src/message/input-kind.js";
import { parsePastedPage } from "../../src/message/pasted-page.js";
import { parsePipermailText } from "../../src/message/pipermail-text.js";
import { readSingle } from "../../src/message/read-message.js";

const author = { name: "A. Author", address: "a.author@example.org" };

describe("restoreAtSigns", () => {
  it.each([
    ["Signed-off-by: A. Author <a.author at example.org>", "Signed-off-by: A. Author <a.author@example.org>"],
    ["+M:\tA. Author <a.author at example.org>", "+M:\tA. Author <a.author@example.org>"],
    ["+L:\tlist at lists.example.org", "+L:\tlist@lists.example.org"],
    ["+\t\tuart0: serial at 10010000 {", "+\t\tuart0: serial@10010000 {"],
    ["+\tCPU1: cpu at 1 {", "+\tCPU1: cpu@1 {"],
    ['+\tstdout-path = "/soc/serial at 10010000:115200";', '+\tstdout-path = "/soc/serial@10010000:115200";'],
    ["+\t.type f, at function", "+\t.type f,@function"],
    [
      "Link: https://lore.kernel.org/r/20200303.1-2-a at example.org/",
      "Link: https://lore.kernel.org/r/20200303.1-2-a@example.org/",
    ],
    ["In reply to <abc at host>", "In reply to <abc@host>"],
  ])("%s", (text, expected) => expect(restoreAtSigns(text)).toBe(expected));

  it.each(
    [
      "look at foo.c",
      "The guide will be available at Documentation/riscv/booting.txt.",
      "the MZ header at offset 0x0",
      "see the tree at git.example.org",
      "found at www.example.org",
      "runs at 100 {",
      "reads it at boot.",
    ].slice(0, 5),
  )("leaves %s", (text) => expect(restoreAtSigns(text)).toBe(text));
});

describe("pipermail", () => {
  const month = `From: a.author at example.org (A. Author)
Date: Tue, 3 Mar 2020 10:20:30 +0100
Subject: [PATCH v2] dts: name the port
In-Reply-To: <parent@example.org>
References: <root@example.org> <parent@example.org>
Message-ID: <month@example.org>

Acked-by: B. Reviewer <b at example.org>
+	serial at 10010000 {
-------------- next part --------------
A non-text attachment was scrubbed...
Name: signature.asc
`;

  it("reads a mail of a month", async () => {
    const message = await parsePipermailText(Buffer.from(month));
    expect(message).toMatchObject({
      messageId: "month@example.org",
      from: author,
      date: "2020-03-03T09:20:30.000Z",
      inReplyTo: ["parent@example.org"],
      references: ["root@example.org", "parent@example.org"],
      origin: "pipermail-text",
    });
    expect(message.body.text).toContain("<b@example.org>\n+\tserial@10010000 {\n");
    expect(message.problems.map((problem) => problem.code)).toEqual(["scrubbed-attachment"]);
  });

  const page = `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
<HTML><HEAD><TITLE> [PATCH] a &lt; b
   </TITLE>
<LINK REL="made" HREF="mailto:list%40lists.example.org?Subject=Re%3A&In-Reply-To=%3Cpage-1%2B2%40example.org%3E">
</HEAD><BODY BGCOLOR="#ffffff">
   <H1>[PATCH] a &lt; b</H1>
    <B>A. Author</B>
    <A HREF="mailto:list%40lists.example.org?Subject=Re%3A&In-Reply-To=%3Cpage-1%2B2%40example.org%3E"
       TITLE="[PATCH] a &lt; b">a.author at example.org
       </A><BR>
    <I>Tue Mar  3 10:20:30 UTC 2020</I>
    <HR>
<!--beginarticle-->
<PRE>Text &amp; <A HREF="http://lists.example.org/listinfo">b at host</A> looks at example.org
&gt;<i> quoted a -&gt; b
</I>+	if (a &lt; b)
</PRE>

<!--endarticle-->
<HR>More information</BODY></HTML>
`;

  it("reads a page", async () => {
    expect(inputKind(Buffer.from(page))).toBe("html");
    const message = await readSingle(Buffer.from(page), "html");
    expect(message).toMatchObject({
      messageId: "page-1+2@example.org",
      subject: "[PATCH] a < b",
      from: author,
      date: "2020-03-03T10:20:30.000Z",
      origin: "pipermail-html",
      problems: [],
    });
    expect(message.body.text).toBe("Text & b@host looks at example.org\n> quoted a -> b\n+\tif (a < b)\n");
  });

  it("says when a page is cut off", async () => {
    const message = await readSingle(Buffer.from(page.slice(0, page.indexOf("if (a"))), "html");
    expect(message.problems.map((problem) => problem.code)).toEqual(["truncated-page"]);
    expect(message.body.text).toContain("> quoted a -> b");
  });
});

describe("pasted pages", () => {
  const body = "On Mon, Mar 2, 2020, B. Reviewer wrote:\n> quoted <b at example.org>\n\nText.\n";

  it.each([
    ["as pipermail shows it", "[PATCH] x: y\nA. Author\na.author at example.org\nTue Mar  3 10:20:30 UTC 2020\n"],
    [
      "with blank lines between",
      "\n[PATCH] x: y\n\nA. Author\na.author at example.org\n\nTue Mar 3 10:20:30 UTC 2020\n\n",
    ],
    [
      "with name and address on a line",
      "[PATCH] x: y\nA. Author a.author at example.org\nTue Mar  3 10:20:30 UTC 2020\n",
    ],
    [
      "with its navigation",
      "[PATCH] x: y\nA. Author a.author at example.org\nTue Mar  3 10:20:30 UTC 2020\n\n    Previous message (by thread): z\n    Next message (by thread): z\n    Messages sorted by: [ date ] [ thread ]\n\n",
    ],
    [
      "with fields",
      "Subject: [PATCH] x: y\nFrom: A. Author <a.author@example.org>\nDate: Tue, 3 Mar 2020 10:20:30 +0000\n\n",
    ],
  ])("reads one %s", (_name, head) => {
    const message = parsePastedPage(`${head}${body}`);
    expect(message).toMatchObject({
      subject: "[PATCH] x: y",
      from: author,
      date: "2020-03-03T10:20:30.000Z",
      origin: "pasted",
    });
    expect(message?.body.text).toBe(body.replace(" at ", "@"));
    expect(message?.problems.map((problem) => problem.code)).toEqual(["no-message-id"]);
  });

  it("cuts the archive's last lines, wrapped or not", () => {
    const head = "[PATCH] x: y\nA. Author\na.author at example.org\nTue Mar  3 10:20:30 UTC 2020\n";
    for (const end of [
      "More information about the widget mailing list",
      "More information about the widget\nmailing list",
      "____________________________\nMore information about the widget\nmailing list\n",
    ]) {
      expect(parsePastedPage(`${head}${body}${end}`)?.body.text).toBe(body.replace(" at ", "@"));
    }
  });

  it("reads a page of public-inbox saved as text", () => {
    const text =
      "* [PATCH] x: y\n@ 2020-03-03 10:20 A. Author\n  0 siblings, 0 replies; 1+ messages in thread\nFrom: A. Author @ 2020-03-03 10:20 UTC (permalink / raw)\n  To: list; +Cc: other\n\nText.\n";
    expect(parsePastedPage(text)).toMatchObject({
      subject: "[PATCH] x: y",
      from: { name: "A. Author", address: "" },
      date: "2020-03-03T10:20:00.000Z",
      body: { text: "Text.\n" },
    });
  });

  it("reads a page of public-inbox as HTML", async () => {
    const html =
      '<html><head><title>[PATCH] x: y - A. Author</title></head><body><pre>search results</pre><pre\nid=b>From: A. Author &lt;a.author@example.org&gt;\nTo: list@example.org\nSubject: <a\nhref="#r"\nid=t>[PATCH] x: y</a>\nDate: Tue,  3 Mar 2020 10:20:30 +0000\nMessage-ID: &lt;lore@example.org&gt; (<a\nhref="raw">raw</a>)\n\nText &amp; more.\n\t+\tif (a &lt; b)\n</pre></body></html>';
    expect(inputKind(Buffer.from(html))).toBe("html");
    const message = await readSingle(Buffer.from(html), "html");
    expect(message).toMatchObject({
      messageId: "lore@example.org",
      subject: "[PATCH] x: y",
      from: author,
      date: "2020-03-03T10:20:30.000Z",
    });
    expect(message.body.text).toBe("Text & more.\n\t+\tif (a < b)\n");
  });

  it("makes one message of anything else and says what it is", async () => {
    const diff = await readSingle(Buffer.from("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"), "diff");
    expect(diff.problems.map((problem) => problem.code)).toContain("bare-diff");
    expect(diff.body.text).toContain("+b\n");
    for (const rubbish of ["", "some words", "\n\n\n"]) {
      const message = await readSingle(Buffer.from(rubbish), inputKind(Buffer.from(rubbish)));
      expect(message.problems.map((problem) => problem.code)).toContain("not-mail");
      expect(message.messageId).toBeNull();
    }
  });
});

describe("inputKind", () => {
  it.each<[string, string]>([
    ["From mboxrd@z Thu Jan  1 00:00:00 1970\nSubject: x\n", "mbox"],
    ["\n\nFrom a@b Tue Mar  3 10:20:30 2020\nSubject: x\n", "mbox"],
    ["rubbish\nFrom a@b Tue Mar  3 10:20:30 2020\nSubject: x\n\n", "mbox"],
    ["Return-Path: <a@b>\nReceived: x\n by y\nFrom: a@b\n\n", "mail"],
    ["From: a@b\nSubject: x\n\ntext", "mail"],
    ["riscv: fix the thing\nA. Author\na at example.org\nTue Mar  3 10:20:30 UTC 2020\n", "text"],
    ["diff --git a/x b/x\n", "diff"],
    ["--- a/x\n+++ b/x\n@@ -1 +1 @@\n", "diff"],
    ["<html><body>x</body></html>", "html"],
    ["\x1f\x8b\x08\x00", "gzip"],
    ["\x7fELF\x02\x01\x01\0\0\0\0\0\0\0", "binary"],
    ["From the beginning of time\nthere was text\n", "text"],
    ["", "text"],
  ])("%j is %s", (text, kind) => expect(inputKind(Buffer.from(text, "latin1"))).toBe(kind));
});

const founding = new URL("../../../shared/thread/riscv-susp-toctou.pipermail.txt", import.meta.url);
describe.skipIf(!existsSync(founding))("the founding document (needs ../shared)", () => {
  it("comes out as one message", async () => {
    const bytes = readFileSync(founding);
    const message = await readSingle(bytes, inputKind(bytes));
    expect(message).toMatchObject({ date: "2026-05-22T00:23:56.000Z", origin: "pasted" });
    expect(message.subjectInfo).toMatchObject({ patch: true, reply: false });
    expect(message.from.address).toMatch(/^andrew\.jones@/);
    expect(message.body.text).toMatch(/^On Thu, May 21, 2026/);
    expect(message.body.text).toMatch(/\ndrew\n$/);
  });
});
