import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type HtmlOptions, renderHtml } from "../../../src/report/html/page.js";
import { STYLE_DIGEST, styleElement } from "../../../src/report/html/style.js";
import { type ReviewResult, STATUSES } from "../../../src/review/finding.js";
import { checkFinding, gateFinding, sampleMessage, samplePatch, sampleReport, sampleResult } from "../sample.js";

const plain: HtmlOptions = { tree: null, all: false };
const page = renderHtml(sampleResult(), plain);
const bodyOf = (text: string): string => text.slice(text.indexOf("<body>"));

describe("a page", () => {
  it("lets nothing in but its own style, and names that by its digest", () => {
    const style = styleElement.text.slice("<style>".length, -"</style>".length);
    expect(STYLE_DIGEST).toBe(createHash("sha256").update(style).digest("base64"));
    expect(page).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${STYLE_DIGEST}'; `,
    );
    expect(page).not.toMatch(/<script|<img|<link|<iframe| style=| on[a-z]+=|@import|url\(/);
  });

  it("has every line of every hunk, with its numbers", () => {
    for (const { hunks } of samplePatch().files)
      for (const line of hunks.flatMap(({ lines }) => lines))
        expect(page).toContain(
          `<td>${line.kind}${line.text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")}</td>`,
        );
    expect(page).toContain(
      '<td class="n">1148</td><td class="n">1148</td><td> \tstruct kvm_run *run = vcpu-&gt;run;</td>',
    );
  });

  it("has headings that follow each other without a gap", () => {
    const levels = [...bodyOf(page).matchAll(/<h([1-6])>/g)].map(([, level]) => Number(level));
    expect(levels[0]).toBe(1);
    levels.forEach((level, at) => {
      expect(level).toBeLessThanOrEqual((levels[at - 1] ?? 0) + 1);
    });
  });

  it("puts a comment right under its line, and points from sites to lines", () => {
    const row = '<td class="n">1156</td><td>+\tWRITE_ONCE(vcpu-&gt;kvm-&gt;arch.park_pending, false);</td></tr>\n';
    const after = page.slice(page.indexOf(row) + row.length);
    expect(after).toMatch(
      /^<tr><td class="c" colspan="3"><details class="finding warning" id="finding-5f0c2b9d1a77" open>/,
    );
    const [, target] = /<a href="#([\w-]+)">arch\/arm64\/kvm\/wake\.c:35<\/a>/.exec(page) ?? [];
    expect(page).toMatch(new RegExp(`<tr class="a" id="${target}"><td class="n"></td><td class="n">35</td>`));
  });

  it("tells witness, locks, interleaving, advice, answers, rule, id, confidence, base and rule set", () => {
    for (const part of [
      "</a>, holding target-&gt;arch.mp_state_lock<code>",
      "<tr><td></td><td>kvm_wake_vcpu() finds the flag down and starts a vCPU</td></tr>",
      "<dt>What to do</dt><dd>Could the operations",
      "<dt>Was this there before the patch?</dt><dd>Yes; the patch sets out to fix it.</dd>",
      "<dt>Rule</dt><dd>kvm/self-clearing-flag</dd>",
      "<dt>Finding</dt><dd>5f0c2b9d1a77</dd>",
      "medium (read in whole functions",
      "rules sha256:0123456789abcdef0123456789abcdef; base: none, the patches were read by themselves.",
    ])
      expect(page).toContain(part);
  });
});

describe("findings without a line", () => {
  it("stand after their file, or after the patch", () => {
    const beyond = gateFinding({ id: "beyond", line: 9, witness: [] });
    const elsewhere = checkFinding({ id: "elsewhere", path: "virt/kvm/kvm_main.c", witness: [] });
    const text = renderHtml(sampleResult({ findings: [beyond, elsewhere] }), plain);
    const order = ["arm.c</code>", "the patch does not show:", 'id="finding-beyond"', "park.c</code>", "wake.c</code>"];
    const places = [...order, "the patch does not touch</h3>", 'id="finding-elsewhere"'].map((part) =>
      text.indexOf(part),
    );
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
  });

  it("stand by file where there is no patch, and are not asked about one", () => {
    const result = sampleResult();
    const text = renderHtml(
      { review: { ...result.review, patches: [] }, reviewed: [] },
      { tree: "v6.12", all: true, scanned: 7 },
    );
    expect(text).toContain('<p class="verdict">2 warnings in 7 files.</p>');
    expect(text).toContain("<h3><code>arch/arm64/kvm/park.c</code></h3>");
    expect(text).not.toContain("Was this there before");
    expect(text).toContain("base: v6.12.");
  });
});

describe("what a page is told", () => {
  it("folds what the patch does not bring, unless all is wanted", () => {
    const open = STATUSES.map((status) => {
      const result = sampleResult({ findings: [gateFinding({ status })] });
      return [false, true].map((all) =>
        renderHtml(result, { tree: null, all }).includes('id="finding-5f0c2b9d1a77" open'),
      );
    });
    expect(open).toEqual([
      [true, true],
      [true, true],
      [false, true],
      [false, true],
      [true, true],
    ]);
  });

  it("shows links of the web as links, all others as text, and what became of a finding", () => {
    const links = new Map([
      [
        "20260309164002.4711-1-parker@example.org",
        [
          { label: "thread", url: 'https://lore.example.org/x/?a=1&b="2' },
          { label: "evil", url: "javascript:alert(1)" },
          { label: "who", url: "https://user:secret@example.org/" },
        ],
      ],
    ]);
    const fates = new Map([["5f0c2b9d1a77", "Still present in v3."]]);
    const text = renderHtml(sampleResult(), { ...plain, links, fates });
    expect(text).toContain('<a href="https://lore.example.org/x/?a=1&amp;b=%222" rel="noreferrer nofollow">thread</a>');
    expect(text).toContain("<li>evil</li><li>who</li>");
    expect(text).toContain('<p class="fate">Still present in v3.</p>');
  });

  it("gives an id once, and names a series with its patches", () => {
    const one = sampleResult();
    const reviewed = [1, 2].map((index) => {
      const subject = `[PATCH v2 ${index}/2] part ${index}`;
      const subjectInfo = { ...sampleMessage().subjectInfo, title: `part ${index}`, version: 2, index, total: 2 };
      const messageId = `${index}@example.org`;
      const inReplyTo = index === 1 ? [] : ["1@example.org"];
      return {
        ...(one.reviewed[0] as ReviewResult["reviewed"][number]),
        message: sampleMessage({ messageId, subject, subjectInfo, inReplyTo, references: inReplyTo }),
        report: sampleReport({ messageId, subject }),
      };
    });
    const text = renderHtml(
      { review: { ...one.review, patches: reviewed.map(({ report }) => report) }, reviewed },
      plain,
    );
    expect(text.split('id="finding-5f0c2b9d1a77"')).toHaveLength(2);
    expect(text).toContain("<h1>Review of v2, 2 patches: part 1</h1>");
    expect(text).toContain("<h2>v2: part 1</h2>");
    expect(text).toContain('<a href="#patch-2">[PATCH v2 2/2] part 2</a>');
  });
});

/** Everything that strangers write, as one word. */
const written = (word: string): ReviewResult => {
  const text = `x${word}`;
  const site = {
    path: text,
    line: 3,
    side: "new",
    function: text,
    role: "set",
    locks: [text],
    code: text,
    via: [text],
  } as const;
  const finding = gateFinding({
    ...{ id: text, rule: text, path: text, function: text, message: text, why: text, suggestion: text, cites: [text] },
    witness: [{ ...site, locks: [text], via: [text] }],
    interleaving: [{ thread: "B", text }],
  });
  const [file] = samplePatch().files;
  const hunk = { oldStart: 1, oldLines: 1, newStart: 1, newLines: 1, section: text, closed: false, at: 0 };
  const lines = [{ kind: "+" as const, text, noNewline: true, at: 1 }];
  const files =
    file === undefined ? [] : [{ ...file, oldPath: `${text}/old`, newPath: text, hunks: [{ ...hunk, lines }] }];
  const result = sampleResult({
    findings: [finding],
    message: sampleMessage({ messageId: text, subject: text }),
    patch: samplePatch({
      messageId: text,
      title: text,
      description: text,
      author: { name: text, address: text },
      files,
    }),
    report: sampleReport({ messageId: text, subject: text, reason: text }),
  });
  result.review.tool = { name: text, version: text, rules: text };
  result.review.problems.push({ messageId: text, code: text, message: text });
  return result;
};

const render = (word: string): string => {
  const links = new Map([[`x${word}`, [{ label: word, url: word }]]]);
  const fates = new Map([[`x${word}`, word]]);
  return renderHtml(written(word), { tree: word, all: true, links, fates });
};

/** The tags of a page without what ids and links are made of. */
const skeleton = (text: string): string[] =>
  (text.match(/<[^>]*>/g) ?? []).map((tag) => tag.replace(/ (id|href|content)="[^"<>]*"/g, " $1"));

describe("text of strangers", () => {
  const word = fc.oneof(
    fc.string({ unit: "binary" }),
    fc
      .array(
        fc.constantFrom(
          "</pre>",
          "<script>",
          '" onclick="x',
          "'",
          "&lt;",
          "-->",
          "]]>",
          "\u202e",
          "\u0000",
          "\r",
          "\n",
          "\u001b[2J",
          "<!--",
          "</style>",
          "{}",
          "`${",
        ),
      )
      .map((all) => all.join("")),
  );

  it("changes no tag of the page, whatever it is", () => {
    const expected = skeleton(render("word"));
    fc.assert(
      fc.property(word, (hostile) => {
        expect(skeleton(render(hostile))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it("leaves no control, and nothing that reorders text", () => {
    fc.assert(
      fc.property(word, (hostile) => {
        expect(render(hostile)).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f]/);
      }),
    );
  });

  it("gives the same bytes each time", () => {
    fc.assert(
      fc.property(word, (any) => {
        expect(render(any)).toBe(render(any));
      }),
      { numRuns: 20 },
    );
  });
});
