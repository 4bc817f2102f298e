import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BASE_REASONS, BASE_SENTENCES } from "../../src/watch/base.js";
import { readBaseNotes } from "../../src/watch/base-notes.js";

const ID = "0123456789abcdef0123456789abcdef01234567";
const notes = (...texts: string[]) => readBaseNotes(texts);
const named = (text: string) => notes(text).prerequisites;

describe("readBaseNotes", () => {
  it("reads what git format-patch --base writes", () => {
    const text = `words\n\nbase-commit: ${ID}\nprerequisite-patch-id: ${ID}\nprerequisite-patch-id: ${ID.replace("0", "f")}\n-- \n2.39.5\n`;
    expect(notes(text)).toEqual({
      baseCommit: ID,
      malformed: false,
      changeId: null,
      prerequisites: [
        { kind: "patch-id", id: ID },
        { kind: "patch-id", id: ID.replace("0", "f") },
      ],
    });
  });

  it("reads what b4 writes", () => {
    const text =
      `---\nbase-commit: ${ID}\nchange-id: 20240301-some-slug-0123456789ab\n` +
      "prerequisite-change-id: 20240201-other-slug-ba9876543210:v3\n" +
      "prerequisite-message-id: <20240201-other-v2-1-abc@example.org>\n";
    expect(notes(text)).toMatchObject({
      changeId: "20240301-some-slug-0123456789ab",
      prerequisites: [
        { kind: "change-id", id: "20240201-other-slug-ba9876543210", version: 3 },
        { kind: "message-id", id: "20240201-other-v2-1-abc@example.org" },
      ],
    });
  });

  it.each([
    ["Depends-on: <a.b-1@example.org>", "a.b-1@example.org"],
    ["Depends-on: a.b-1@example.org", "a.b-1@example.org"],
    ["depends-on : https://lore.kernel.org/r/a.b-1@example.org", "a.b-1@example.org"],
    ["Depends-on: https://lore.kernel.org/linux-riscv/a.b-1@example.org/T/#u", "a.b-1@example.org"],
    ["Depends: https://lore.kernel.org/all/a%2Bb%40example.org/", "a+b@example.org"],
    ['Based-on: <a@example.org> ("[PATCH v2 0/3] words")', "a@example.org"],
    ['Depends-on: "[PATCH 1/2] words" [https://patch.msgid.link/a@example.org].', "a@example.org"],
    ["Depends-on: https://patchwork.kernel.org/project/x/patch/a@example.org/?q=1", "a@example.org"],
  ])("finds the mail in %j", (line, id) => {
    expect(named(`text\n${line}\n`)).toEqual([{ kind: "message-id", id }]);
  });

  it("takes several mails of a line, each once, in order", () => {
    expect(named("Depends-on: <a@x>, <b@x>\nDepends-on: <a@x>\n")).toEqual([
      { kind: "message-id", id: "a@x" },
      { kind: "message-id", id: "b@x" },
    ]);
  });

  it("knows a change without a version, and Gerrit's", () => {
    expect(named(`Depends-on: 20240201-slug-ba9876543210\nDepends-on: I${ID}\n`)).toEqual([
      { kind: "change-id", id: "20240201-slug-ba9876543210", version: null },
      { kind: "change-id", id: `I${ID}`, version: null },
    ]);
  });

  it("keeps what it cannot read as text, cut", () => {
    expect(named("Depends-on: series-1234\nDepends: libc\nprerequisite-patch-id: x\n")).toEqual([
      { kind: "other", text: "series-1234" },
      { kind: "other", text: "x" },
    ]);
    expect(named(`Depends-on: ${"x".repeat(900)}\n`)).toEqual([{ kind: "other", text: "x".repeat(200) }]);
  });

  it.each([
    [`base-commit: ${ID.toUpperCase()}`, ID],
    [`base-commit: ${ID.slice(0, 12)} (some words)`, ID.slice(0, 12)],
    ["base-commit: v6.12-rc7", "v6.12-rc7"],
    ["Base-Commit: next-20240102", "next-20240102"],
  ])("knows the base in %j", (line, id) => {
    expect(notes(`x\n${line}\n`)).toMatchObject({ baseCommit: id, malformed: false });
  });

  it.each(["--upload-pack=x", "HEAD", "v6.12^{/x}", "a".repeat(1 << 20), "", `${ID}${ID}`, "main", ":/x", "0123456:x"])(
    "refuses a base that is none: %.40j",
    (value) => expect(notes(`base-commit: ${value}\n`)).toMatchObject({ baseCommit: null, malformed: true }),
  );

  it("passes over quotes, diffs and prose", () => {
    const text = `> base-commit: ${ID}\n+base-commit: ${ID}\n base-commit: ${ID}\nthe base-commit: ${ID}\nDepends on: <a@x>\n`;
    expect(notes(text)).toEqual({ baseCommit: null, malformed: false, changeId: null, prerequisites: [] });
  });

  it("takes the first base, the cover's", () => {
    expect(notes(`base-commit: ${ID}\n`, "base-commit: v6.1\n").baseCommit).toBe(ID);
  });

  it("takes megabytes of anything in bounded time", () => {
    const start = performance.now();
    expect(named("Depends-on: <a@x>\n".repeat(100_000))).toHaveLength(1);
    expect(named(Array.from({ length: 100_000 }, (_, n) => `Depends-on: <${n}@x>`).join("\n"))).toHaveLength(200);
    expect(named(`Depends-on: ${"<".repeat(1 << 20)}\nbase-commit:${" ".repeat(1 << 20)}`)).toEqual([
      { kind: "other", text: "" },
    ]);
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => notes(`Depends-on: ${text}`) !== null));
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe("reasons", () => {
  it("have a sentence each, without a full stop or a line end", () => {
    for (const reason of BASE_REASONS) expect(BASE_SENTENCES[reason]).toMatch(/^[a-z][^\n]+[^.\n]$/);
  });
});
