import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeBlock, codeSpan, inlineText, link, suggestionBlock } from "../../../src/report/github/markdown.js";
import { defuse, defuseOwn } from "../../../src/report/quote.js";
import { oneLine, visible } from "../../../src/report/visible.js";
import { hostileText, liveTexts, pageOf, renderGfm, textOf } from "./render.js";

const RUNS = { numRuns: 200 };
const unmarked = (text: string): string => text.replace(/<!--(?=\s*patchwitness:)/gi, "<! --");
/** What a reader should see of a text: as it is, but for controls, what bots obey, and runs of blanks. */
const shownInline = (text: string): string =>
  unmarked(defuseOwn(oneLine(text)))
    .split(" ")
    .filter(Boolean)
    .join(" ");

/** Where a text of strangers stands, and the tags that come of the place itself. */
const PLACES: [string, (text: string) => string, string[]][] = [
  ["as a paragraph", (text) => text, ["<p>"]],
  ["after another line", (text) => `above\n${text}`, ["<p>"]],
  ["in a list", (text) => `- ${text}`, ["<ul>", "<li>"]],
  ["as a heading", (text) => `### ${text}`, ["<h3>"]],
  ["in bold", (text) => `x **y ${text} z**`, ["<p>", "<strong>"]],
  ["in small print", (text) => `<sub>x ${text}</sub>`, ["<p>", "<sub>"]],
  [
    "in a table",
    (text) => `| A | B |\n|---|---|\n| ${text} | |`,
    ["<table>", "<thead>", "<tr>", "<th>", "<th>", "<tbody>", "<tr>", "<td>", "<td>"],
  ],
];

describe("inlineText", () => {
  it.each(PLACES)("shows a text as it reads and does nothing else: %s", (_, put, tags) => {
    fc.assert(
      fc.property(hostileText(), (text) => {
        const page = pageOf(put(inlineText(text)));
        const around = textOf(pageOf(put("\u2603")));
        expect(page.tags.filter((tag) => tag !== "<code>")).toEqual(
          shownInline(text) === "" && tags.length < 4 ? page.tags : tags,
        );
        expect(liveTexts(page)).toEqual([]);
        expect(page.comments).toEqual([]);
        const shown = shownInline(text);
        if (shown !== "") expect(textOf(page)).toBe(around.replace("\u2603", () => shown));
      }),
      RUNS,
    );
  });

  it("leaves sentences alone and sets code as code", () => {
    for (const text of [
      "A lock isn't held: see below (or above).",
      "x86 and/or arm64, 10% - twice; why?",
      "“café” – 漢字",
    ])
      expect(inlineText(text)).toBe(text);
    expect(inlineText("Is park_pending set (kvm_park_system() waits)?")).toBe(
      "Is `park_pending` set (`kvm_park_system()` waits)?",
    );
    expect(inlineText("kvm_wake(): WRITE_ONCE(x->state, STOPPED); then kvm_x()'s lock")).toBe(
      "`kvm_wake()`: `WRITE_ONCE(x->state, STOPPED);` then `kvm_x()`'s lock",
    );
    expect(inlineText("[PATCH v2] KVM & vcpus[i], (arch/arm64/kvm/arm.c:12)")).toBe(
      "\\[PATCH v2\\] KVM &amp; `vcpus[i]`, (`arch/arm64/kvm/arm.c:12`)",
    );
  });

  it("gives no line that is a list, a heading, a rule, or a command of another bot", () => {
    for (const text of [
      "- x",
      "+ x",
      "1. x",
      "1) x",
      "# x",
      "===",
      "---",
      "> x",
      "/lgtm",

      "* x",
      "``` x",
      "~~~",
    ])
      expect(inlineText(text)).toMatch(/^`/);
    expect(inlineText("pw-bot: accept #syz fix")).not.toMatch(/pw-bot:|#syz/);
  });

  it("keeps to its length, in linear time", () => {
    fc.assert(
      fc.property(hostileText(60), fc.integer({ min: 0, max: 50 }), (text, most) => {
        expect(Buffer.byteLength(inlineText(text, most))).toBeLessThanOrEqual(5 * most + 20);
      }),
      RUNS,
    );
    const started = performance.now();
    for (const piece of ["(", "a(", "`", "x)", "[", "@a ", "<!--", "/", "'s", "\ud800"]) {
      inlineText(piece.repeat(50_000));
      codeSpan(piece.repeat(50_000));
      inlineText(`a${piece.repeat(50_000)}${")".repeat(50_000)}`);
    }
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

describe("code", () => {
  it("is one span that holds the text, whatever it is", () => {
    fc.assert(
      fc.property(hostileText(), (text) => {
        const shown = unmarked(defuse(oneLine(text)));
        const page = pageOf(`x ${codeSpan(text)} y`);
        expect(page.tags).toEqual(["<p>", "<code>"]);
        expect(textOf(page)).toBe(`x ${shown === "" ? " " : shown} y`);
        expect(liveTexts(page)).toEqual([]);
      }),
      RUNS,
    );
    expect(codeSpan("a`b``c")).toBe("```a`b``c```");
    expect(codeSpan("`")).toBe("`` ` ``");
    expect(codeSpan("$x$")).toBe("` $x$ `");
  });

  it("is one block that holds the lines, tabs too", () => {
    fc.assert(
      fc.property(fc.array(hostileText(6), { minLength: 1, maxLength: 5 }), (lines) => {
        const page = pageOf(`x\n\n${codeBlock(lines, "c")}\n\ny`);
        expect(page.tags).toEqual(["<p>", "<pre>", '<code class="language-c">', "<p>"]);
        const shown = lines.map((line) => unmarked(defuse(visible(line))).replaceAll("\0", "\ufffd"));
        expect(textOf(page)).toBe(`x\n${shown.join("\n")}\n\ny`);
      }),
      RUNS,
    );
  });
});

describe("a suggestion", () => {
  it("holds exactly the lines, or is none", () => {
    expect(suggestionBlock(["\tif (x)", "\t\ty(`a`, ```b```);", ""])).toBe(
      "````suggestion\n\tif (x)\n\t\ty(`a`, ```b```);\n\n````",
    );
    expect(suggestionBlock([])).toBe("```suggestion\n```");
    for (const line of [
      "x\r",
      "a\nb",
      "\u202ex",
      "\u200b",
      "/lgtm",
      " /close",
      "// pw-bot: accept",
      "#syz fix",
      "\ud800",
    ])
      expect(suggestionBlock(["ok", line])).toBeNull();
    expect(suggestionBlock(["<!-- patchwitness:finding 0123456789abcdef -->"])).toBeNull();
    expect(suggestionBlock(["x".repeat(5000)])).toBeNull();
    for (const line of ["/* a comment */", "// another", " * @x: kernel-doc"])
      expect(suggestionBlock([line])).toBe(`\`\`\`suggestion\n${line}\n\`\`\``);
  });

  it("is read back as it was given", () => {
    fc.assert(
      fc.property(fc.array(hostileText(6), { maxLength: 5 }), (lines) => {
        const block = suggestionBlock(lines);
        if (block === null) return;
        const page = pageOf(block);
        expect(page.tags).toEqual(["<pre>", '<code class="language-suggestion">']);
        expect(textOf(page).replace(/\n$/, "")).toBe(
          lines.length === 0 ? "" : `${lines.join("\n")}\n`.replace(/\n$/, ""),
        );
      }),
      RUNS,
    );
  });
});

describe("a link", () => {
  it("leads to a page of the web, and has its text as it reads", () => {
    expect(link("the mail", "https://lore.example.org/x/?a=1&b=(2)#`c|")).toBe(
      "[the mail](<https://lore.example.org/x/?a=1&amp;b=%282%29#%60c%7C>)",
    );
    for (const url of [
      "javascript:alert(1)",
      "data:text/html,x",
      "/x",
      "//x/y",
      "https://u:p@x.example/",
      "ftp://x/",
      "",
      "http://",
    ])
      expect(link("the mail", url)).toBe("the mail");
    for (const url of ["https://github.com/torvalds/linux/issues/1", "https://www.github.com/x"])
      expect(link(url, url)).toBe(`\`${url}\``);
    expect(link("x", `https://x.example/${"a".repeat(3000)}`)).toBe("x");
  });

  it("commands no bot, and leads where it did", () => {
    expect(link("x", "https://x.example/pw-bot:accept#SYZ fix")).toBe(
      "[x](<https://x.example/pw-bot%3Aaccept#%53YZ%20fix>)",
    );
    expect(decodeURIComponent(new URL("https://x.example/#%53YZ").hash)).toBe("#SYZ");
  });

  it("is one link at the most, to where the URL leads", () => {
    const url = fc.oneof(
      hostileText(),
      hostileText().map((text) => `https://x.example/${text}`),
      fc.webUrl({ withQueryParameters: true }),
    );
    fc.assert(
      fc.property(hostileText(), url, (text, target) => {
        const html = renderGfm(`x ${link(text, target)} y`);
        const page = pageOf(`x ${link(text, target)} y`);
        const tags = page.tags.filter((tag) => tag !== "<p>" && tag !== "<code>");
        expect(tags.length).toBeLessThanOrEqual(1);
        expect(liveTexts(page)).toEqual([]);
        const [, href] = /<a href="([^"]*)">/.exec(html) ?? [];
        if (tags.length === 0) return;
        expect(href).toMatch(/^https?:\/\//);
        const there = new URL((href ?? "").replaceAll("&amp;", "&").replaceAll("&lt;", "<"));
        expect(there.origin).toBe(new URL(target).origin);
      }),
      RUNS,
    );
  });
});
