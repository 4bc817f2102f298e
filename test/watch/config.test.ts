/** Configuration: what is right is filled in, what is wrong is named, all of it at once. */
import { describe, expect, it } from "vitest";
import { ReviewError } from "../../src/errors.js";
import { checkConfig } from "../../src/io/config/load-config.js";

const GOOD = `
data: /var/lib/patchwitness
contact: mailto:admin@example.org
sources:
  - {name: kvm-riscv, type: public-inbox, url: "https://lore.example.org/kvm-riscv/"}
  - {name: old, type: pipermail, url: "https://lists.example.org/pipermail/kvm-riscv/"}
`;

const problemsOf = (text: string): string[] => {
  try {
    checkConfig(text, "watch.yaml");
    return [];
  } catch (error) {
    if (!(error instanceof ReviewError)) throw error;
    expect([error.code, error.exit]).toEqual(["bad-config", 3]);
    return error.problems.map((p) => p.message);
  }
};

describe("a configuration", () => {
  it("is taken, with defaults", () => {
    const config = checkConfig(GOOD, "watch.yaml");
    expect(config.sources.map((s) => [s.name, s.type])).toEqual([
      ["kvm-riscv", "public-inbox"],
      ["old", "pipermail"],
    ]);
    expect(config).toMatchObject({ quiet: "2h", schedule: "*/15 * * * *", workers: 1, log: "info", trees: [] });
    expect(config.sources[0]).toMatchObject({ allowPrivate: false });
  });

  it("names every fault at once, by its place", () => {
    const found = problemsOf(`
data: 7
contact: mailto:a@example.org
quiet: soon
sorces: []
sources:
  - {name: A B, type: public-inbox, url: "ftp://example.org/"}
  - {name: x, type: carrier-pigeon}
`);
    const places = ["data: ", "quiet: ", "sorces", "sources.0.name: ", "sources.0.url: ", "sources.1.type: "];
    for (const place of places) expect(found.some((f) => f.includes(place))).toBe(true);
    expect(found.every((f) => f.startsWith("watch.yaml: "))).toBe(true);
  });

  it("names what its parts say of each other too, and says all of it in words", () => {
    const found = problemsOf(`
contact: ""
schedule: every now and then
workers: many
log: loud
sources:
  - {name: twice, type: epoch, path: ./a}
  - {name: twice, type: maildir}
  - {name: news, type: nntp, host: news.example.org, group: g, user: me}
  - {name: near, type: atom, url: "http://[::1]/x/", since: soon}
  - {name: nearer, type: pipermail, url: "http://127.0.0.1/x/"}
  - {name: own, type: imap, host: localhost, user: me, passwordEnv: P}
  - {name: bird, type: pigeon}
  - {name: lore, type: public-inbox, url: "https://lore.example.org/x/", firstEpoch: old}
trees: {}
lists:
  - {address: kvm@example.org, mode: author, archive: "http://10.0.0.1/kvm/"}
mail: {from: nobody}
`).map((line) => line.replace(/^watch\.yaml: /, ""));
    const inside = (host: string): string => `${host} is this machine or one of a private network`;
    for (const said of [
      "data: is missing: a text",
      "contact: has to be a text of 3 letters or more",
      "schedule: every now and then is no schedule",
      "workers: has to be a number",
      "log: has to be one of silent, error, warn, info, debug",
      "sources.1.name: the name twice comes twice: sources.0 has it too",
      "sources.1.path: is missing: a text (source twice)",
      "sources.2: user and passwordEnv go together (source news)",
      "sources.3.since: has to be a day: 2019-04-17 (source near)",
      `sources.4.url: ${inside("127.0.0.1")}`,
      `sources.5.host: ${inside("localhost")}`,
      "sources.6.type: has to be one of public-inbox, atom, epoch, inbox, pipermail, maildir, nntp, imap (source bird)",
      "sources.7.firstEpoch: has to be a number or latest (source lore)",
      "trees: has to be a list",
      `lists.0.archive: ${inside("10.0.0.1")}`,
      "mail.from: has to be a mailbox: Name <name@host>",
      "mail.smtp: is missing: a section (name: value)",
    ])
      expect([said, found.filter((line) => line.startsWith(said))]).toEqual([said, [expect.any(String)]]);
    expect(found.join("\n")).not.toMatch(/Invalid|expected|Too |undefined/);
    expect(new Set(found).size).toBe(found.length);
  });

  it("may name hosts of a private network where that is said", () => {
    const text = GOOD.replace("lore.example.org", "10.0.0.1");
    expect(problemsOf(text)).toHaveLength(1);
    expect(problemsOf(text.replace('kvm-riscv/"}', 'kvm-riscv/", allowPrivate: true}'))).toEqual([]);
  });

  it.each([
    ["a key that comes twice", `${GOOD}\ndata: /tmp\n`, "unique"],
    ["a source's name that comes twice", GOOD.replace("name: old", "name: kvm-riscv"), "kvm-riscv comes twice"],
    ["no YAML at all", "{[", "watch.yaml"],
    ["a bomb of aliases", `a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n${GOOD}`, "c: there is no field of this name"],
    ["an empty file", "", "is empty, and has to be a section"],
  ])("refuses %s", (_, text, word) => expect(problemsOf(text).join("\n")).toContain(word));
});
