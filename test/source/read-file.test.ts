import { describe, expect, it } from "vitest";
import { readC } from "../../src/source/read-file.js";
import { reader } from "../engine.js";

describe("reading a C file", () => {
  it("finds functions with parameters, storage and lines", () => {
    const text =
      "int a;\nstatic inline bool is_on(const struct dev *d, int (*cb)(int), unsigned long n)\n{\n\treturn d->on;\n}\n";
    const [fn] = readC("a.c", text, reader).functions;
    expect(fn).toMatchObject({ name: "is_on", isStatic: true, isWeak: false, errors: 0, whole: true });
    expect(fn?.params).toEqual([
      { name: "d", type: { name: "dev", pointers: 1, tag: true } },
      { name: "cb", type: { name: "int", pointers: 1, tag: false } },
      { name: "n", type: { name: "unsigned long", pointers: 0, tag: false } },
    ]);
    const file = readC("a.c", text, reader);
    expect(file.lineAt(fn?.at ?? 0)).toBe(2);
  });

  it("knows a weak function and its lock annotations", () => {
    const [fn] = readC(
      "a.c",
      "int __weak f(struct k *k)\n\t__must_hold(&k->lock)\n{\n\treturn 0;\n}\n",
      reader,
    ).functions;
    expect(fn?.isWeak).toBe(true);
    expect(fn?.annotations.map((a) => [a.name, a.args])).toContainEqual(["__must_hold", "&k->lock"]);
  });

  it.each([
    "__weak int f(void) { return 0; }",
    "int __attribute__((weak)) f(void) { return 0; }",
    "int __attribute__((__weak__)) *f(void) { return 0; }",
    "__attribute__((weak)) int f(void) { return 0; }",
    "bool __attribute__((weak))\nf(void)\n{\n\treturn 0;\n}",
  ])("knows a weak function by any spelling: %s", (text) => {
    const fns = readC("a.c", `int g(void) { return 1; }\n${text}\nint h(void) { return 2; }\n`, reader).functions;
    expect(fns.map((f) => [f.name, f.isWeak])).toEqual([
      ["g", false],
      ["f", true],
      ["h", false],
    ]);
  });

  it("reads structs, nested ones too, and tables of operations", () => {
    const file = readC(
      "a.c",
      "struct s { struct kvm *kvm; bool a, *b; struct { spinlock_t lock; } in; union { int u; }; };\n" +
        "static const struct ops o = { .handler = f, .sub = { .get = &g }, .n = 3 };\n",
      reader,
    );
    const s = file.structs.find((x) => x.name === "s");
    expect(s?.fields.map((f) => [f.name, f.type.name, f.type.pointers])).toEqual([
      ["kvm", "kvm", 1],
      ["a", "bool", 0],
      ["b", "bool", 1],
      ["in", "s.in", 0],
      ["u", "int", 0],
    ]);
    expect(file.structs.find((x) => x.name === "s.in")?.fields.map((f) => f.name)).toEqual(["lock"]);
    expect(file.tables.map((t) => [t.tableType, t.table, t.field, t.target])).toEqual([
      ["ops", "o", "handler", "f"],
      ["ops", "o", "get", "g"],
    ]);
  });

  it("isolates a function that cannot be read", () => {
    const file = readC("a.c", "void a(void)\n{\n\tx = = 3 $$ ( ;\n}\nvoid b(void)\n{\n\ty();\n}\n", reader);
    expect(file.functions.find((f) => f.name === "b")?.errors).toBe(0);
  });

  it("survives deep nesting", () => {
    const deep = `int f(void)\n{\n\treturn ${"(".repeat(20000)}1${")".repeat(20000)};\n}\n`;
    expect(readC("a.c", deep, reader).path).toBe("a.c");
    const blocks = `int f(void)\n${"{".repeat(5000)}${"}".repeat(5000)}\n`;
    expect(readC("a.c", blocks, reader).path).toBe("a.c");
  });
});
