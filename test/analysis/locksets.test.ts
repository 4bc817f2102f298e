import { describe, expect, it } from "vitest";
import type { CallEvent } from "../../src/analysis/events.js";
import { programOf } from "../engine.js";

/** Locks held at each `here(n)` of function f, as the source spells them; null where here(n) is never reached. */
function heldAt(source: string, name = "f"): Record<string, string[]> {
  const program = programOf({ "arch/riscv/kvm/a.c": source });
  const fn = program.functions.find((x) => x.fn.name === name);
  if (fn === undefined) throw new Error(`no function ${name}`);
  const calls = program
    .facts(fn)
    .events.filter((e): e is CallEvent => e.kind === "call" && e.name === "here" && e.origin === null);
  return Object.fromEntries(calls.map((c) => [c.args[0]?.name ?? "", c.held.map((h) => h.lock.show)]));
}
const inF = (body: string, params = "struct kvm_vcpu *v, struct d *d, int x"): Record<string, string[]> =>
  heldAt(`int f(${params})\n{\n${body}\n}\n`);

describe("locksets", () => {
  it("hold between lock and unlock, by instance", () => {
    expect(inF("here(0); spin_lock(&d->a.lock); here(1); spin_unlock(&d->a.lock); here(2);")).toEqual({
      0: [],
      1: ["d->a.lock"],
      2: [],
    });
    expect(inF("spin_lock(&d->l1); spin_lock(&d->l2); spin_unlock(&d->l1); here(1);")).toEqual({ 1: ["d->l2"] });
  });

  it("follow single-assignment aliases", () => {
    expect(
      inF("struct e *e = &d->e; spinlock_t *l = &e->lock; spin_lock(l); here(1); spin_unlock(&d->e.lock); here(2);"),
    ).toEqual({ 1: ["d->e->lock"], 2: [] });
  });

  it("drop what only one branch holds", () => {
    expect(inF("if (x) spin_lock(&d->l); here(1);")).toEqual({ 1: [] });
  });

  it("keep branches apart that are taken on the same condition", () => {
    expect(inF("if (x) spin_lock(&d->l); y(); if (x) { here(1); spin_unlock(&d->l); } here(2);")).toEqual({
      1: ["d->l"],
      2: [],
    });
    expect(inF("bool locked = false; if (d->z) { spin_lock(&d->l); locked = true; } if (locked) here(1);")).toEqual({
      1: ["d->l"],
    });
  });

  it("take trylock, killable and interruptible forms only where they succeed", () => {
    expect(inF("if (!spin_trylock(&d->l)) { here(0); return 1; } here(1);")).toEqual({ 0: [], 1: ["d->l"] });
    expect(inF("if (mutex_lock_killable(&d->l)) { here(0); return 1; } here(1);")).toEqual({ 0: [], 1: ["d->l"] });
    expect(inF("int r = mutex_lock_interruptible(&d->l); if (r < 0) { here(0); return r; } here(1);")).toEqual({
      0: [],
      1: ["d->l"],
    });
    expect(
      inF("int r; r = down_write_killable(&d->l); if (r) goto out; here(1); up_write(&d->l);\nout: here(2); return r;"),
    ).toEqual({ 1: ["d->l"], 2: [] });
    expect(inF("while (!mutex_trylock(&d->l)) cpu_relax(); here(1);")).toEqual({ 1: ["d->l"] });
  });

  it("know a lock that no argument names", () => {
    expect(inF("cpus_read_lock(); here(1); cpus_read_unlock(); here(2);")).toEqual({ 1: ["cpu_hotplug_lock"], 2: [] });
    expect(inF("if (!cpus_read_trylock()) { here(0); return 1; } here(1);")).toEqual({
      0: [],
      1: ["cpu_hotplug_lock"],
    });
  });

  it("give guards back at the end of their scope, on every way out", () => {
    expect(inF("{ guard(mutex)(&d->m); here(1); } here(2);")).toEqual({ 1: ["d->m"], 2: [] });
    expect(inF("if (x) { guard(mutex)(&d->m); if (d->y) goto out; here(1); } here(2);\nout: here(3);")).toEqual({
      1: ["d->m"],
      2: [],
      3: [],
    });
    expect(inF("scoped_guard(spinlock_irqsave, &d->l) { if (x) break; here(1); } here(2);")).toEqual({
      1: ["d->l"],
      2: [],
    });
    expect(inF("for (;;) { guard(rcu)(); guard(mutex)(&d->m); if (x) continue; here(1); break; } here(2);")).toEqual({
      1: ["d->m"],
      2: [],
    });
  });

  it("follow goto, switch fall-through and loops", () => {
    expect(
      inF("spin_lock(&d->l); if (x) goto unlock; here(1);\nunlock: here(2); spin_unlock(&d->l); here(3);"),
    ).toEqual({ 1: ["d->l"], 2: ["d->l"], 3: [] });
    expect(
      inF(
        "switch (x) { case 1: spin_lock(&d->l); fallthrough; case 2: here(1); break; case 3: spin_lock(&d->k); here(2); } here(3);",
      ),
    ).toEqual({ 1: [], 2: ["d->k"], 3: [] });
    expect(inF("do { spin_lock(&d->l); here(1); spin_unlock(&d->l); } while (x); here(2);")).toEqual({
      1: ["d->l"],
      2: [],
    });
  });

  it("believe lockdep_assert_held and __must_hold", () => {
    expect(inF("lockdep_assert_held(&v->kvm->lock); here(1);")).toEqual({ 1: ["v->kvm->lock"] });
    expect(heldAt("void f(struct d *d)\n\t__must_hold(&d->l)\n{\n\there(1);\n}\n")).toEqual({ 1: ["d->l"] });
  });

  it("know one VM by all of its paths, and two VMs apart", () => {
    expect(
      inF(
        "mutex_lock(&v->kvm->lock); here(1); mutex_unlock(&kvm->lock); here(2);",
        "struct kvm_vcpu *v, struct kvm *kvm",
      ),
    ).toEqual({ 1: ["kvm->lock"], 2: [] });
    const two = inF("mutex_lock(&a->lock); mutex_unlock(&b->lock); here(1);", "struct kvm *a, struct kvm *b");
    expect(two).toEqual({ 1: ["a->lock"] });
  });

  it("go through helpers that lock, unlock, or lock on success", () => {
    const helpers =
      "static void take(struct d *d) { spin_lock(&d->l); }\nstatic void give(struct d *d) { spin_unlock(&d->l); }\n" +
      "static int try(struct d *d) { if (!spin_trylock(&d->l)) return -1; return 0; }\n" +
      "static void deep(struct e *e) { take(e->d); }\n";
    const f = (body: string): Record<string, string[]> =>
      heldAt(`${helpers}int f(struct d *d, struct e *e) { ${body} }`);
    expect(f("take(d); here(1); give(d); here(2);")).toEqual({ 1: ["d->l"], 2: [] });
    expect(f("if (try(d)) { here(0); return 1; } here(1);")).toEqual({ 0: [], 1: ["d->l"] });
    expect(f("deep(e); here(1);")).toEqual({ 1: ["e->d->l"] });
  });

  it("read through getters that return a path of what they are given", () => {
    const getters =
      "static inline struct d *to_d(struct e *e) { return e->d; }\n" +
      "static struct w *to_w(struct d *d) { return container_of(d, struct w, d); }\n" +
      "static struct d *pop(struct e *e) { struct d *d = e->d; e->d = d->next; return d; }\n";
    const f = (body: string): Record<string, string[]> =>
      heldAt(`${getters}int f(struct w *w, struct e *e) { ${body} }`);
    expect(f("spin_lock(&to_d(e)->l); here(1); spin_unlock(&e->d->l); here(2);")).toEqual({ 1: ["e->d->l"], 2: [] });
    expect(f("spin_lock(&to_w(&w->d)->l); here(1); spin_unlock(&w->l); here(2);")).toEqual({ 1: ["w->l"], 2: [] });
    expect(f("spin_lock(&pop(e)->l); here(1); spin_unlock(&pop(e)->l); here(2);")).toEqual({
      1: ["pop()->l"],
      2: ["pop()->l"],
    });
  });

  it("hold the locks of all elements after a loop that takes each", () => {
    const program = programOf({
      "arch/riscv/kvm/a.c":
        "void f(struct kvm *kvm) { struct kvm_vcpu *v; unsigned long i; kvm_for_each_vcpu(i, v, kvm) mutex_lock(&v->mutex); here(1);" +
        " kvm_for_each_vcpu(i, v, kvm) mutex_unlock(&v->mutex); here(2); }",
    });
    const fn = program.functions[0];
    const events = fn === undefined ? [] : program.facts(fn).events;
    expect(events.some((e) => e.kind === "lock" && e.odd)).toBe(false);
    expect(events.some((e) => e.kind === "unlock" && e.odd)).toBe(false);
    const heldAtHere = (n: string) =>
      events.find((e) => e.kind === "call" && e.name === "here" && e.args[0]?.name === n);
    expect(heldAtHere("2")?.held).toEqual([]);
  });
});

describe("what a callee does", () => {
  it("stands at the call: in the caller's block, with what the caller gave back", () => {
    const program = programOf({
      "arch/riscv/kvm/x.c": `
static void set(struct kvm_vcpu *v, int n) { if (n) v->arch.mp_state = n; }
void f(struct kvm_vcpu *v, int n)
{
	spin_lock(&v->arch.mp_state_lock);
	spin_unlock(&v->arch.mp_state_lock);
	if (n)
		set(v, n);
}
`,
    });
    const f = program.functions.find(({ fn }) => fn.name === "f");
    const events = f === undefined ? [] : program.facts(f).events;
    const call = events.find((e) => e.kind === "call" && e.name === "set");
    const write = events.find((e) => e.kind === "write");
    expect(write?.via).toEqual(["set"]);
    expect(write?.block).toBe(call?.block);
    expect([...(write?.given ?? [])]).toEqual([...(call?.given ?? [])]);
    expect(write?.given.size).toBe(1);
  });
});
