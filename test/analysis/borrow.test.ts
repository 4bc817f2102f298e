/** A program that borrows what another knows finds the same facts as one that looks for itself. */
import { describe, expect, it } from "vitest";
import { Program } from "../../src/analysis/program.js";
import type { CFile } from "../../src/source/ast.js";
import { readC } from "../../src/source/read-file.js";
import { reader, rules } from "../engine.js";

const PATH = "arch/riscv/kvm/a.c";
const BEFORE = `
struct kvm_arch { int busy; struct mutex gate; };
#define is_open(k) (READ_ONCE((k)->arch.busy) == 0)
/* Lets the next one in. */
static void open_gate(struct kvm *kvm)
{
	kvm->arch.busy = 0;
	mutex_unlock(&kvm->arch.gate);
}

static int ring_b(struct kvm_vcpu *vcpu, int n);
static int ring_a(struct kvm_vcpu *vcpu, int n)
{
	spin_lock(&vcpu->arch.mp_state_lock);
	vcpu->arch.mp_state.mp_state = n;
	spin_unlock(&vcpu->arch.mp_state_lock);
	return n ? ring_b(vcpu, n - 1) : 0;
}

static int ring_b(struct kvm_vcpu *vcpu, int n)
{
	return ring_a(vcpu, n);
}

int enter(struct kvm_vcpu *vcpu)
{
	if (!is_open(vcpu->kvm))
		return -EBUSY;
	mutex_lock(&vcpu->kvm->arch.gate);
	ring_b(vcpu, 3);
	open_gate(vcpu->kvm);
	return 0;
}
`;

/** Facts as text: values by key, places by line, so that two programs can be compared. */
function factsOf(program: Program): string[] {
  const plain = (_key: string, value: unknown): unknown => {
    if (value instanceof Set) return [...value].sort();
    if (value instanceof Map) return [...value].map(([k]) => k).sort();
    if (typeof value === "object" && value !== null && "key" in value)
      return (value as unknown as { show: string }).show;
    return value;
  };
  return program.functions.map((f) => {
    const events = program.facts(f).events.map((e) => {
      const { at, facts, origin, ...rest } = e;
      return JSON.stringify({ ...rest, line: f.file.lineAt(at), facts: facts.length, in: origin?.fn }, plain)
        .replace(/"(?:at|acquired|index)":\d+/g, "")
        .replace(/[.?]?\b[rle]\d+/g, "");
    });
    return `${f.fn.name}@${f.file.lineAt(f.fn.at)}: ${events.join("\n")}`;
  });
}

const program = (file: CFile): Program => new Program([file], rules.models);

const CHANGES: [string, (text: string) => string][] = [
  ["nothing", (t) => t],
  ["lines above", (t) => `/* new */\n\n${t}`],
  ["a callee", (t) => t.replace("\tkvm->arch.busy = 0;\n", "\tkvm->arch.busy = 0;\n\tkvm->arch.done = 1;\n")],
  ["a member of a ring", (t) => t.replace("\tspin_unlock(&vcpu->arch.mp_state_lock);\n", "")],
  ["a macro", (t) => t.replace("arch.busy) == 0", "arch.other) == 0")],
  ["a field's type", (t) => t.replace("int busy;", "struct kvm_vcpu *busy;")],
  [
    "a new function of a name that was called",
    (t) => t.replace("int enter", "int is_open(int x)\n{\n\treturn x;\n}\nint enter"),
  ],
  ["a function taken away", (t) => t.replace(/static void open_gate[\s\S]*?\n}\n/, "")],
  ["an arm of #if around a function", (t) => t.replace("int enter", "#if 0\nint enter").concat("#endif\n")],
];

describe("a program that borrows", () => {
  it.each(CHANGES)("finds the same as one that does not: %s", (_name, change) => {
    const before = readC(PATH, BEFORE, reader);
    const lender = program(before);
    const text = change(BEFORE);
    const fresh = program(readC(PATH, text, reader));
    const borrower = program(readC(PATH, text, reader, { before }));
    borrower.borrow(lender);
    expect(factsOf(borrower)).toEqual(factsOf(fresh));
  });

  it("shares functions that only moved, and reads the others anew", () => {
    const before = readC(PATH, BEFORE, reader);
    const after = readC(PATH, `int first;\n${BEFORE.replace("ring_b(vcpu, 3)", "ring_b(vcpu, 4)")}`, reader, {
      before,
    });
    const shared = after.functions.filter((fn) => before.functions.includes(fn)).map((fn) => fn.name);
    expect(shared).toEqual(["open_gate", "ring_a", "ring_b"]);
    const view = after.units?.get(after.functions[1] as (typeof after.functions)[number]);
    expect(view?.file.lineAt(before.functions[1]?.at ?? 0)).toBe(before.lineAt(before.functions[1]?.at ?? 0) + 1);
  });

  it("looks no further up than a change tells", () => {
    const before = readC(PATH, BEFORE, reader);
    const changed = (from: string, to: string): number => {
      const borrower = program(readC(PATH, BEFORE.replace(from, to), reader, { before }));
      borrower.borrow(program(before));
      for (const f of borrower.functions) borrower.facts(f);
      return borrower.analysed;
    };
    // The macro that it asks is read anew in each program.
    expect(changed("\treturn 0;\n}", "\treturn (0);\n}")).toBe(2);
    // What it calls does the same as before, at the same place.
    expect(changed("busy = 0;\n\tmutex", "busy = 0;\n\t\tmutex")).toBe(1);
    expect(changed("busy = 0;", "busy = 1;")).toBe(3);
  });

  it("answers the same whichever member of a ring is asked first", () => {
    const one = program(readC(PATH, BEFORE, reader));
    const other = program(readC(PATH, BEFORE, reader));
    for (const f of [...other.functions].reverse()) other.facts(f);
    expect(factsOf(other)).toEqual(factsOf(one));
  });
});
