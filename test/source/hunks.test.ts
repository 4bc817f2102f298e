import { describe, expect, it } from "vitest";
import type { FileDiff, Hunk } from "../../src/patch/patch.js";
import { readHunks } from "../../src/source/hunks.js";
import { reader } from "../engine.js";

const hunk = (section: string, body: string, start = 10): Hunk => {
  const lines = body.split("\n").map((l, at) => ({ kind: (l[0] ?? " ") as " " | "+" | "-", text: l.slice(1), at }));
  const count = (k: string): number => lines.filter((l) => l.kind !== k).length;
  return {
    oldStart: start,
    oldLines: count("+"),
    newStart: start,
    newLines: count("-"),
    section,
    lines,
    closed: true,
    at: 0,
  };
};
const diff = (...hunks: Hunk[]): FileDiff => ({
  oldPath: "a.c",
  newPath: "a.c",
  status: "modified",
  binary: false,
  additions: 0,
  deletions: 0,
  oldBlob: null,
  newBlob: null,
  oldMode: null,
  newMode: null,
  hunks,
  at: 0,
});
const names = (section: string, body: string, columns = true): [string, boolean, number][] =>
  readHunks("a.c", diff(hunk(section, body)), "new", columns, reader).functions.map((f) => [f.name, f.whole, f.errors]);

describe("hunks without a file", () => {
  it("reads the middle of the function that the @@ line names", () => {
    expect(names("static int f(struct kvm_vcpu *vcpu)", " \tif (x) {\n+\t\ty();\n \t\treturn;")).toEqual([
      ["f", false, 0],
    ]);
  });

  it("closes what the hunk does not show", () => {
    expect(names("int f(int a)", " \t\tgoto out;\n \t}\n+\tx();\n \t} else {\n \t\ty();")).toEqual([["f", false, 0]]);
  });

  it("ends a do loop whose start is above", () => {
    expect(names("int f(int a)", " \t\tx();\n \t} while (a);\n+\ty();")).toEqual([["f", false, 0]]);
  });

  it("completes a header that git cut", () => {
    expect(names("static int handler(struct kvm_vcpu *vcpu, struct kvm_run *run,", "+\tx();")).toEqual([
      ["handler", false, 0],
    ]);
    expect(names("static int handler(struct kvm_vc", "+\tx();")).toEqual([["handler", false, 0]]);
  });

  it("tells the end of one function from the start of the next by their columns", () => {
    const body = " \treturn 0;\n }\n \n+static int g(void)\n+{\n+\treturn 1;\n+}\n+\n int h(int b)\n {";
    expect(names("int f(void)", body)).toEqual([
      ["f", false, 0],
      ["g", true, 0],
      ["h", false, 0],
    ]);
  });

  it("does so without columns too", () => {
    const body = " return 0;\n }\n \n+static int g(void)\n+{\n+\treturn 1;\n+}";
    expect(names("int f(void)", body, false)).toEqual([
      ["f", false, 0],
      ["g", true, 0],
    ]);
  });

  it("reads whole new functions as whole", () => {
    expect(names("", "+int g(void)\n+{\n+\treturn 1;\n+}")).toEqual([["g", true, 0]]);
  });

  it("keeps the file's line numbers on both sides", () => {
    const d = diff(
      hunk("int f(int a)", " \ta();\n-\tb();\n+\tc();\n+\td();", 100),
      hunk("int g(int a)", "+\te();", 200),
    );
    const line = (side: "old" | "new", call: string): number => {
      const file = readHunks("a.c", d, side, true, reader);
      return file.lineAt(file.text.indexOf(call));
    };
    expect([line("old", "b()"), line("new", "c()"), line("new", "d()"), line("new", "e()")]).toEqual([
      101, 101, 102, 200,
    ]);
  });

  it("blanks the rest of a comment that starts above", () => {
    expect(names("int f(int a)", "  * that ends (here\n  */\n+\tx();")).toEqual([["f", false, 0]]);
  });

  it("reads members of a struct and entries of a table", () => {
    const file = readHunks("a.h", diff(hunk("struct kvm_arch {", " \tbool a;\n+\tbool b;\n };")), "new", true, reader);
    expect(file.structs[0]).toMatchObject({ name: "kvm_arch" });
    expect(file.structs[0]?.fields.map((f) => f.name)).toEqual(["a", "b"]);
  });
});
