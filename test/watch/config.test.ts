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

  it.each([
    ["a key that comes twice", `${GOOD}\ndata: /tmp\n`, "unique"],
    ["a source's name that comes twice", GOOD.replace("name: old", "name: kvm-riscv"), "kvm-riscv comes twice"],
    ["no YAML at all", "{[", "watch.yaml"],
    ["a bomb of aliases", `a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n${GOOD}`, "Unrecognized"],
    ["an empty file", "", "expected object"],
  ])("refuses %s", (_, text, word) => expect(problemsOf(text).join("\n")).toContain(word));
});
