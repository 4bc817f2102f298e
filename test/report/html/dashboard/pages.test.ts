/** Pages of the dashboard as functions of their data: whatever strangers wrote changes no tag, and nothing of it acts. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderFeed } from "../../../../src/report/html/dashboard/feed.js";
import { fateOver, findingPage, findingsPage } from "../../../../src/report/html/dashboard/findings.js";
import { findingHref, pullHref, ruleHref, seriesHref } from "../../../../src/report/html/dashboard/links.js";
import { homePage, listPage, seriesPage } from "../../../../src/report/html/dashboard/lists.js";
import {
  appPage,
  lettersPage,
  queuedPage,
  queuePage,
  signInPage,
} from "../../../../src/report/html/dashboard/operator.js";
import { pullPage, pullsPage } from "../../../../src/report/html/dashboard/pulls.js";
import { rulePage, rulesPage } from "../../../../src/report/html/dashboard/rules.js";
import { type Frame, renderPage, type View } from "../../../../src/report/html/dashboard/shell.js";
import { SHEET } from "../../../../src/report/html/dashboard/style.js";
import { gateFinding, sampleResult } from "../../sample.js";

/** Everything that strangers write, as one word, on all pages. */
function pages(word: string): string {
  const text = `x${word}`;
  const frame: Frame = {
    ...{ path: "/findings", query: { after: text, text }, operator: text, csrf: text, canSignIn: true, pulls: true },
    ...{ style: "/style.css", version: text },
  };
  const row = {
    ...{ id: text, rule: text, severity: text, status: "introduced" as const, path: text, line: 1, messageId: text },
    ...{ subject: text, series: text, version: 2, sent: text },
  };
  const series = {
    key: text,
    title: text,
    author: text,
    version: 2,
    total: 2,
    sent: text,
    state: text,
    incomplete: text,
  };
  const version = { ...series, judgedAt: text, rules: text, findings: [row] };
  const filter = { rule: text, severity: text, status: text, list: text, text };
  const rule = {
    id: text,
    title: text,
    stage: text,
    kind: text,
    findings: 1,
    valid: 1,
    invalid: 1,
    precision: 0.5,
    demoted: false,
  };
  const answer = { finding: text, valid: true, by: text, reason: text, via: text, at: text };
  const finding = gateFinding({
    id: text,
    rule: text,
    message: text,
    why: text,
    suggestion: text,
    path: text,
    function: text,
  });
  const queued = {
    ...{ target: text, key: text, state: "held", reason: text, list: text, author: text, notBefore: text, attempts: 1 },
    ...{ subject: text, recipients: [text] },
  };
  const subject = { repository: text, subject: text, kind: text, reason: text, since: text };
  const { review } = sampleResult({ findings: [finding] });
  const listed = <Row>(one: Row) => ({ rows: [one], next: text });
  const detail = { row, finding, reviewed: null, elsewhere: [row], versions: [version], links: [] };
  const views: View[] = [
    homePage([{ name: text, series: 1, findings: 1, latest: text }]),
    listPage(text, listed({ ...series, findings: 1 }), frame),
    seriesPage({ ...series, lists: [text], versions: [{ ...version, version: 1 }, version], base: [text] }),
    findingsPage(filter, { rules: [text], lists: [text] }, listed(row), frame),
    findingPage(detail),
    rulesPage([rule]),
    rulePage({ rule, page: text, answers: [answer], recent: [row] }),
    pullsPage(listed({ repository: text, subject: text, head: text, madeAt: text, findings: 1 }), frame),
    pullPage(text, text, text, review),
    queuePage(listed(queued), frame),
    queuedPage(queued, text, frame),
    lettersPage(listed({ kind: "series", key: text, source: text, ref: text, reason: text, attempts: 1 }), frame),
    appPage({ counts: { waiting: 1, done: 1, dead: 1 }, waiting: [subject], dead: [subject] }, frame),
    signInPage(text, text, frame),
  ];
  const entries = [{ series: { ...series, findings: 1 }, judgedAt: text, id: text }];
  const feed = renderFeed({ list: text, id: text, origin: "http://x", updated: text, entries });
  return [...views.map((view) => renderPage(view, frame)), feed].join("");
}

/** The tags of a page without what names and links are made of. */
const skeleton = (text: string): string[] =>
  (text.match(/<[^>]*>/g) ?? []).map((tag) =>
    tag.replace(/ (id|href|content|value|aria-label|title|datetime)="[^"<>]*"/g, " $1"),
  );

const hostile = fc.oneof(
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
        "\0",
        "\ud800",
        "\r",
        "<!--",
        "</title>",
        "/../",
        "#",
        "?",
      ),
    )
    .map((all) => all.join("")),
);

describe("text of strangers", () => {
  it("changes no tag of any page, and nothing of it acts", () => {
    const expected = skeleton(pages("word"));
    fc.assert(
      fc.property(hostile, (word) => {
        const text = pages(word);
        expect(skeleton(text)).toEqual(expected);
        expect(text).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f]/);
      }),
      { numRuns: 150 },
    );
  });

  it("leads to no other host, and to what it names", () => {
    fc.assert(
      fc.property(hostile, (word) => {
        for (const link of [
          seriesHref(word),
          findingHref({ id: word, series: word }),
          ruleHref(word),
          pullHref(word, word),
        ]) {
          const url = new URL(link, "http://here.example/");
          expect(url.host).toBe("here.example");
          expect(url.pathname).toMatch(/^\/(?:series|findings|rules|pulls)/);
        }
      }),
    );
  });
});

describe("a finding over versions", () => {
  const version = (n: number, ids: string[], over: object = {}) => ({
    ...{ key: `${n}`, version: n, sent: null, state: "judged", incomplete: null, judgedAt: "x", rules: "r" },
    findings: ids.map((id) => ({ id }) as never),
    ...over,
  });
  it("is still there, gone, or nothing is told of it", () => {
    expect(fateOver("a", [version(1, ["a"]), version(2, ["a"])])).toBe("There since v1, still present in v2.");
    expect(fateOver("a", [version(1, ["a"]), version(2, [])])).toBe("Not found in v2 any more.");
    for (const versions of [
      [version(1, ["a"])],
      [version(1, [])],
      [version(1, ["a"]), version(2, [], { judgedAt: null })],
      [version(1, ["a"]), version(2, [], { incomplete: "1 of 2" })],
    ])
      expect(fateOver("a", versions)).toBeNull();
  });
});

describe("the style sheet", () => {
  it("asks for nothing", () => {
    expect(SHEET).not.toMatch(/@import|url\(|<\//);
    expect(SHEET).toMatch(/^\n?:root/);
  });
});
