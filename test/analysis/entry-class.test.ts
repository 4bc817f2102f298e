import { describe, expect, it } from "vitest";
import { CallGraph } from "../../src/analysis/call-graph.js";
import type { ProgramFunction } from "../../src/analysis/definitions.js";
import { EntryClasses } from "../../src/analysis/entry-class.js";
import type { Program } from "../../src/analysis/program.js";
import { programOf } from "../engine.js";

const find = (program: Program, name: string, path = ""): ProgramFunction => {
  const f = program.functions.find((x) => x.fn.name === name && x.file.path.includes(path));
  if (f === undefined) throw new Error(`no function ${name}`);
  return f;
};

/** Entry classes of the functions of one file, by name, and the locks that all of their threads hold. */
function classes(files: Record<string, string>): { of: (name: string) => string[]; held: (name: string) => string[] } {
  const program = programOf(files);
  const entries = new EntryClasses(new CallGraph(program));
  return {
    of: (name) => entries.classesOf(find(program, name)).map((c) => c.name),
    held: (name) => [...entries.heldOnEntry(find(program, name))],
  };
}

const one = (text: string, path = "arch/riscv/kvm/a.c") => classes({ [path]: text });

describe("entry classes", () => {
  it("spread down the calls; what several reach has all of them, and holds what all hold", () => {
    const { of, held } = one(`
      static void deep(struct kvm_vcpu *v) { v->arch.n++; }
      static void mid(struct kvm_vcpu *v) { deep(v); }
      static void shared(struct kvm *kvm) { kvm->arch.n++; }
      int kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu) { mid(vcpu); shared(vcpu->kvm); return 0; }
      long kvm_arch_vcpu_ioctl(struct file *f, unsigned int i, unsigned long a) { struct kvm_vcpu *v = f->private_data; mid(v); return 0; }
      long kvm_arch_vcpu_async_ioctl(struct file *f, unsigned int i, unsigned long a) { return 0; }
      int kvm_arch_vm_ioctl(struct file *f, unsigned int i, unsigned long a) { struct kvm *k = f->private_data; shared(k); return 0; }
      static void nobody(void) { }
    `);
    expect(of("deep")).toEqual(["RUN", "VCPU_IOCTL"]);
    expect(held("deep")).toEqual(["kvm_vcpu.mutex"]);
    expect(of("shared")).toEqual(["RUN", "VM_IOCTL"]);
    expect(held("shared")).toEqual([]);
    expect(of("kvm_arch_vcpu_async_ioctl")).toEqual(["ASYNC_IOCTL"]);
    expect(held("kvm_arch_vcpu_async_ioctl")).toEqual([]);
    expect(of("nobody")).toEqual([]);
  });

  it("go through fields of tables, of the right struct only", () => {
    const { of } = one(`
      struct ops { void (*go)(struct kvm_vcpu *); };
      struct other_ops { void (*go)(struct kvm_vcpu *); };
      static void mine(struct kvm_vcpu *v) { }
      static void theirs(struct kvm_vcpu *v) { }
      static const struct ops a = { .go = mine };
      static const struct other_ops b = { .go = theirs };
      static void call(struct kvm_vcpu *v, const struct ops *ops) { ops->go(v); }
      int kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu) { call(vcpu, &a); return 0; }
    `);
    expect(of("mine")).toEqual(["RUN"]);
    expect(of("theirs")).toEqual([]);
  });

  it("go through tables of plain pointers: by the table, and by a typedef where the pointer is handed on", () => {
    const { of } = one(`
      typedef int (*trap_t)(struct kvm_vcpu *);
      static int a(struct kvm_vcpu *v) { return 0; }
      static int b(struct kvm_vcpu *v) { return 0; }
      static int c(struct kvm_vcpu *v) { return 0; }
      static int (*const plain[])(struct kvm_vcpu *) = { [1] = a };
      static int (*const unused[])(struct kvm_vcpu *) = { [1] = c };
      static trap_t traps[] = { [2] = b };
      static trap_t pick(int n) { return traps[n]; }
      int kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu) { trap_t t = pick(vcpu->arch.nr); plain[vcpu->arch.nr](vcpu); return t(vcpu); }
    `);
    expect([of("a"), of("b"), of("c")]).toEqual([["RUN"], ["RUN"], []]);
  });

  it("go through macros that stand for a field of a table", () => {
    const { of } = one(
      `
      static int exit_it(struct kvm_vcpu *v) { return 0; }
      static void load_it(struct kvm_vcpu *v) { }
      static struct kvm_x86_ops ops = { .handle_exit = exit_it, .vcpu_load = load_it };
      int kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu) { return kvm_x86_call(handle_exit)(vcpu); }
      void kvm_arch_vcpu_load(struct kvm_vcpu *vcpu, int cpu) { static_call(kvm_x86_vcpu_load)(vcpu); }
    `,
      "arch/x86/kvm/a.c",
    );
    expect([of("exit_it"), of("load_it")]).toEqual([["RUN"], ["SCHED"]]);
  });

  it("begin at targets of the tables that the models name", () => {
    const { of } = one(`
      static int handle(struct kvm_vcpu *v, struct kvm_run *r) { return 0; }
      static int probe(struct kvm_vcpu *v) { return 0; }
      const struct kvm_vcpu_sbi_extension ext = { .handler = handle, .probe = probe };
      static int set(struct kvm_device *dev, struct kvm_device_attr *attr) { return 0; }
      static struct kvm_device_ops dev = { .set_attr = set };
    `);
    expect([of("handle"), of("probe"), of("set")]).toEqual([["RUN"], [], ["DEVICE_IOCTL"]]);
  });

  it("reach the architecture's function where the core has a weak one of the name", () => {
    const program = programOf({
      "virt/kvm/kvm_main.c":
        "int __attribute__((weak)) kvm_vm_ioctl_enable_cap(struct kvm *kvm) { return -1; }\n" +
        "__weak void kvm_arch_note(struct kvm *kvm) { }\n" +
        "static long kvm_vm_ioctl(struct file *f, unsigned int i, unsigned long a) { struct kvm *kvm = f->private_data; kvm_arch_note(kvm); return kvm_vm_ioctl_enable_cap(kvm); }\n",
      "arch/s390/kvm/s390.c":
        "int kvm_vm_ioctl_enable_cap(struct kvm *kvm) { return 0; }\nvoid kvm_arch_note(struct kvm *kvm) { }\n",
    });
    const entries = new EntryClasses(new CallGraph(program));
    for (const name of ["kvm_vm_ioctl_enable_cap", "kvm_arch_note"]) {
      expect(entries.classesOf(find(program, name, "arch/")).map((c) => c.name)).toEqual(["VM_IOCTL"]);
      expect(entries.classesOf(find(program, name, "virt/"))).toEqual([]);
    }
  });
});
