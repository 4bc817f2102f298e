import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { prepass } from "../../src/source/prepass.js";
import { readC } from "../../src/source/read-file.js";
import { reader } from "../engine.js";

const syntax = reader.syntax;
const fragments = [
  "static int f(void)",
  "{",
  "}",
  "(",
  ")",
  ";",
  "for_each_foo(x, y)",
  "#if A",
  "#else",
  "#endif",
  "#define X(a) \\\n b",
  "case 1 ... 5:",
  'asm volatile("x" : : )',
  "__init",
  "__user *p",
  "container_of(p, struct t, m)",
  "f(a, , b)",
  "f(a,\n, &=, /* c */, b)",
  "/* c */",
  "// d",
  "'\\''",
  '"s\\"',
  "\n",
  "EXPORT_SYMBOL(x);",
  "SYSCALL_DEFINE1(foo, int, a)",
  "guard(mutex)(&l);",
  "\0",
  "\r\n",
  "#",
  "\\",
];

describe("pre-pass", () => {
  it("keeps length and line ends of any text", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...fragments), fc.string({ maxLength: 8 }))), (parts) => {
        const text = parts.join(" ");
        const out = prepass(text, syntax).text;
        expect(out.length).toBe(text.length);
        for (let i = text.indexOf("\n"); i !== -1; i = text.indexOf("\n", i + 1)) expect(out[i]).toBe("\n");
      }),
      { numRuns: 300 },
    );
  });

  it("reads any text without an exception", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...fragments), { maxLength: 40 }), (parts) => {
        expect(readC("a.c", parts.join(" "), reader).path).toBe("a.c");
      }),
      { numRuns: 150 },
    );
  });

  const parsesCleanly = (body: string): void => {
    const file = readC("a.c", body, reader);
    expect(file.functions.map((f) => f.errors)).toEqual(file.functions.map(() => 0));
    expect(file.functions.length).toBeGreaterThan(0);
    expect([...file.unhandled.keys()]).toEqual([]);
  };

  it.each([
    ["operator as a macro's argument", "int f(int a)\n{\n\treturn rmw(a, &=, MASK);\n}\n"],
    ["nothing as a macro's argument", 'int f(int a)\n{\n\treturn try_insn("x", , a);\n}\n'],
    ["iteration macro without braces", "void f(struct kvm *k)\n{\n\tkvm_for_each_vcpu(i, v, k)\n\t\tv->x = 1;\n}"],
    ["scoped_guard without braces", "void f(struct kvm *k)\n{\n\tscoped_guard(mutex, &k->lock)\n\t\tk->x = 1;\n}"],
    ["bare attributes", "static __always_inline int __init f(char __user *p)\n{\n\treturn *p;\n}"],
    ["called attributes", "static void f(struct k *k)\n\t__must_hold(&k->lock) __acquires(x)\n{\n\tk->x = 1;\n}"],
    ["__free", "void f(void)\n{\n\tstruct page *p __free(kfree) = get();\n\tuse(p);\n}"],
    [
      "type arguments",
      "void f(void *p)\n{\n\tstruct t *t = container_of(p, struct t, m);\n\tx = min_t(unsigned int, a, b);\n\tva_arg(ap, struct foo *);\n}",
    ],
    [
      "case ranges",
      "int f(int x)\n{\n\tswitch (x) {\n\tcase A(1) ... B(2):\n\t\treturn 1;\n\tcase 3 ... 5: return 2;\n\t}\n\treturn 0;\n}",
    ],
    [
      "asm",
      'void f(void)\n{\n\tasm volatile(ALTERNATIVE("a", "b", C) : "=r" (x) : "m" (y) : "memory");\n\tasm goto("x" :::: l);\nl:\n\treturn;\n}',
    ],
    ["#ifdef across if/else", "void f(void)\n{\n#ifdef A\n\tif (x)\n\t\ty();\n\telse\n#endif\n\t\tz();\n}"],
    [
      "file macros",
      'EXPORT_SYMBOL_GPL(f);\nMODULE_LICENSE("GPL");\nstatic DEFINE_MUTEX(l);\nint f(void)\n{\n\treturn 1;\n}',
    ],
    ["SYSCALL_DEFINE", "SYSCALL_DEFINE2(foo, int, a, unsigned long, b)\n{\n\treturn a;\n}"],
    ["offsetof of a nested member", "int f(void)\n{\n\treturn offsetof(struct t, a.b[3]);\n}"],
    [
      "_Generic",
      "int f(struct a *x)\n{\n\treturn g(_Generic(x, struct a *: h(x, 1), const struct a *: (int)x), 2);\n}",
    ],
    ["a guard", "void f(struct k *k)\n{\n\tguard(spinlock_irqsave)(&k->lock);\n\tk->x = 1;\n}"],
  ])("lets the grammar read %s", (_name, text) => parsesCleanly(text));

  it("keeps the first arm of #if, or the second where the first is off", () => {
    const kept = (head: string): string =>
      prepass(`${head}\nint a;\n#else\nint b;\n#endif\n`, syntax).text.replace(/\s+/g, " ").trim();
    expect(kept("#ifdef CONFIG_X")).toBe("int a;");
    expect(kept("#if 0")).toBe("int b;");
    expect(kept("#ifndef CONFIG_X")).toBe("int b;");
    expect(kept("#if !IS_ENABLED(CONFIG_X)")).toBe("int b;");
  });

  it("reads a function in capitals that has a type as a function", () => {
    const text = "static inline struct w *TO_W(struct d *d)\n{\n\treturn container_of(d, struct w, d);\n}\n";
    expect(readC("a.h", text, reader).functions.map((f) => [f.name, f.returns.name])).toEqual([["TO_W", "w"]]);
    expect(readC("a.c", "static DEFINE_THING(foo)\n{\n\tx();\n}\n", reader).functions.map((f) => f.name)).toEqual([
      "foo",
    ]);
  });

  it("remembers the macro behind each loop", () => {
    const text = "void f(void)\n{\n\tlist_for_each_entry(p, h, m)\n\t\tg(p);\n}";
    expect([...prepass(text, syntax).loops.values()]).toEqual(["list_for_each_entry"]);
    const call = "void f(void)\n{\n\tidr_for_each(&i, fn, d);\n}";
    expect([...prepass(call, syntax).loops.values()]).toEqual([]);
  });
});
