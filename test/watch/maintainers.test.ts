import { describe, expect, it } from "vitest";
import { matchesPattern, parseMaintainers, plainUrl, sectionsFor } from "../../src/watch/maintainers.js";

const TEXT = `List of maintainers
===================

	F: *Files* and directories
Maintainers List
----------------

NETWORKING
M:	A. Author <author@example.org>
T:	git git://git.example.org/pub/net.git
T:	git https://git.example.org/pub/net-next.git main
T:	quilt http://example.org/quilt/
F:	net/
X:	net/wireless/

VIRTUAL MACHINES
T:	git git://git.example.org/pub/kvm.git
F:	arch/*/kvm/
F:	virt/kvm/*
N:	kvm
K:	kvm_

VIRTUAL MACHINES FOR RISC-V
T:	git https://git.example.org/pub/kvm-riscv.git
F:	arch/riscv/kvm/

WITHOUT A TREE
F:	net/core/

THE REST
T:	git git://git.example.org/pub/linux.git
F:	*
F:	*/
`;

describe("parseMaintainers", () => {
  it("keeps sections that name a git tree and files", () => {
    const sections = parseMaintainers(TEXT);
    expect(sections.map(({ title }) => title)).toEqual([
      "NETWORKING",
      "VIRTUAL MACHINES",
      "VIRTUAL MACHINES FOR RISC-V",
      "THE REST",
    ]);
    expect(sections[0]).toEqual({
      title: "NETWORKING",
      trees: [
        { url: "git://git.example.org/pub/net.git", branch: null },
        { url: "https://git.example.org/pub/net-next.git", branch: "main" },
      ],
      files: ["net/"],
      excluded: ["net/wireless/"],
    });
  });

  it("takes CRLF, no text and a line of a megabyte", () => {
    expect(parseMaintainers(TEXT.replaceAll("\n", "\r\n"))).toEqual(parseMaintainers(TEXT));
    expect(parseMaintainers("")).toEqual([]);
    expect(parseMaintainers(`X\nT: git u\nF:${" ".repeat(1 << 20)}x${"y".repeat(1 << 20)}\nF: a\n`)).toHaveLength(1);
  });
});

describe("matchesPattern", () => {
  it.each([
    ["net/core/dev.c", "net/", true],
    ["netx/dev.c", "net/", false],
    ["arch/riscv/kvm/main.c", "arch/*/kvm/", true],
    ["arch/riscv/kvm/a/main.c", "arch/*/kvm/", true],
    ["virt/kvm/a.c", "virt/kvm/*", true],
    ["virt/kvm/a/b.c", "virt/kvm/*", false],
    ["virt/kvm/a.c", "virt/kvm", true],
    ["include/linux/kvm_host.h", "include/linux/kvm*", true],
    // get_maintainer.pl anchors no pattern at its end.
    ["include/linux/kvm_host.h", "include/linux/kvm_", true],
    ["drivers/a1b.c", "drivers/a?b.c", true],
    ["drivers/ab.c", "drivers/a?b.c", false],
    ["Makefile", "*", true],
    ["a/b", "*", false],
    ["a/b/c", "*/", true],
    ["drivers/axbxc.c", "drivers/a*x*c.c", true],
    ["a.c", "aXc", false],
    ["a", "", false],
    ["", "*", true],
  ])("%s, %s: %s", (path, pattern, matches) => expect(matchesPattern(path, pattern)).toBe(matches));

  it("does not backtrack", () => {
    const start = performance.now();
    expect(matchesPattern("a".repeat(4000), `${"*a".repeat(500)}b`)).toBe(false);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe("sectionsFor", () => {
  const titles = (...paths: string[]) => sectionsFor(paths, parseMaintainers(TEXT)).map(({ title }) => title);
  it("puts the section that is closest to most files first", () => {
    expect(titles("arch/riscv/kvm/a.c")).toEqual(["VIRTUAL MACHINES", "VIRTUAL MACHINES FOR RISC-V", "THE REST"]);
    expect(titles("net/a.c", "net/b.c", "arch/x86/kvm/a.c")).toEqual(["NETWORKING", "VIRTUAL MACHINES", "THE REST"]);
    expect(titles("net/wireless/a.c")).toEqual(["THE REST"]);
    expect(titles()).toEqual([]);
  });

  it("takes thousands of files and sections in seconds", () => {
    const sections = parseMaintainers(
      Array.from({ length: 3000 }, (_, n) => `S${n}\nT:\tgit u\nF:\tdrivers/d${n}/\nF:\tdoc/*/d${n}*\n\n`).join(""),
    );
    const paths = Array.from({ length: 20_000 }, (_, n) => `drivers/d${n % 3000}/f${n}.c`);
    const start = performance.now();
    expect(sectionsFor(paths, sections).length).toBe(500);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe("plainUrl", () => {
  it.each([
    ["git://Git.Example.org/pub/net.git", "git.example.org/pub/net"],
    ["https://git.example.org/pub/net/", "git.example.org/pub/net"],
    ["ssh://git@git.example.org/pub/net.git", "git.example.org/pub/net"],
    ["git@git.example.org:pub/net.git", "git.example.org/pub/net"],
    ["https://git.example.org:8080/x", "git.example.org:8080/x"],
    ["/srv/git/net.git", "/srv/git/net"],
  ])("%s", (url, plain) => expect(plainUrl(url)).toBe(plain));
});
