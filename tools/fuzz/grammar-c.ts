/** C that a grammar makes: sound for the most part, of the kind that lock rules look at, as deep and odd as it comes. */
import type { Chance } from "./random.js";

const NAMES = ["a", "vcpu", "kvm", "other", "p", "flag", "i", "ret", "x"];
const FIELDS = [
  "lock",
  "arch.mp_state_lock",
  "arch.mp_state.mp_state",
  "arch.power_off",
  "state",
  "flags",
  "kvm",
  "next",
];
const LOCKS = [
  ["spin_lock", "spin_unlock"],
  ["mutex_lock", "mutex_unlock"],
  ["down_write", "up_write"],
  ["read_lock", "read_unlock"],
  ["raw_spin_lock", "raw_spin_unlock"],
] as const;
const OPERATORS = ["+", "-", "&&", "||", "==", "!=", "&", "|", "<<", ",", "<"];

function expression(c: Chance, depth: number): string {
  if (depth <= 0) return c.pick([c.pick(NAMES), "0", "1UL", "NULL", '"s"', "'c'", "-EBUSY"]);
  const inner = (): string => expression(c, depth - 1 - c.below(2));
  switch (c.below(12)) {
    case 0:
      return `${inner()} ${c.pick(OPERATORS)} ${inner()}`;
    case 1:
      return `${c.pick(NAMES)}->${c.pick(FIELDS)}`;
    case 2:
      return `READ_ONCE(${c.pick(NAMES)}->${c.pick(FIELDS)})`;
    case 3:
      return `f${c.below(6)}(${inner()}, ${inner()})`;
    case 4:
      return `(${inner()} ? ${c.once(3) ? "" : inner()} : ${inner()})`;
    case 5:
      return `!${inner()}`;
    case 6:
      return `*(&${c.pick(NAMES)}->${c.pick(FIELDS)})`;
    case 7:
      return `({ ${statement(c, depth - 1)} ${inner()}; })`;
    case 8:
      return `((struct kvm_vcpu *)${inner()})`;
    case 9:
      return `mutex_trylock(&${c.pick(NAMES)}->lock)`;
    case 10:
      return `${c.pick(NAMES)}[${inner()}]`;
    default:
      return `kvm_get_vcpu(${c.pick(NAMES)}, ${inner()})`;
  }
}

function statement(c: Chance, depth: number): string {
  if (depth <= 0) return c.pick([";", "return;", "break;", "continue;", "goto out;", "i++;", "BUG();"]);
  const inner = (): string => statement(c, depth - 1 - c.below(2));
  const some = (): string => Array.from({ length: c.below(4) }, inner).join("\n");
  const [take, give] = c.pick(LOCKS);
  const lock = `&${c.pick(NAMES)}->${c.pick(["lock", "arch.mp_state_lock"])}`;
  switch (c.below(16)) {
    case 0:
      return `if (${expression(c, 2)})\n${inner()}${c.once(2) ? `\nelse\n${inner()}` : ""}`;
    case 1:
      return `while (${expression(c, 2)}) {\n${some()}\n}`;
    case 2:
      return `do {\n${some()}\n} while (${expression(c, 1)});`;
    case 3:
      return `for (i = 0; ${expression(c, 1)}; i++)\n${inner()}`;
    case 4:
      return `kvm_for_each_vcpu(i, other, kvm) {\n${some()}\n}`;
    case 5:
      return `switch (${expression(c, 1)}) {\ncase 1:\n${some()}\ncase 2 ... 5:\n${inner()}\ndefault:\n${inner()}\n}`;
    case 6:
      return `${take}(${lock});\n${some()}\n${c.once(3) ? "" : `${give}(${lock});`}`;
    case 7:
      return `scoped_guard(mutex, ${lock}) {\n${some()}\n}`;
    case 8:
      return `guard(spinlock)(${lock});`;
    case 9:
      return `WRITE_ONCE(${c.pick(NAMES)}->${c.pick(FIELDS)}, ${expression(c, 1)});`;
    case 10:
      return `${c.pick(NAMES)} = ${expression(c, 3)};`;
    case 11:
      return `${c.pick(["out", "again", "retry"])}:\n${inner()}`;
    case 12:
      return `return ${expression(c, 2)};`;
    case 13:
      return `#ifdef CONFIG_X${c.below(3)}\n${inner()}\n${c.once(2) ? `#else\n${inner()}\n` : ""}#endif`;
    case 14:
      return `asm volatile("nop" : : "r" (${expression(c, 1)}));`;
    default:
      return `{\n${some()}\n}`;
  }
}

/** A file of some functions that call one another. */
export function cFile(c: Chance): string {
  const functions = Array.from({ length: 1 + c.below(6) }, (_, n) => {
    const body = Array.from({ length: 1 + c.below(8) }, () => statement(c, 1 + c.below(c.once(20) ? 40 : 5))).join(
      "\n",
    );
    return `static int f${n}(struct kvm_vcpu *vcpu, struct kvm *kvm)\n{\n\tstruct kvm_vcpu *other;\n\tunsigned long i;\n\n${body}\nout:\n\treturn 0;\n}\n`;
  });
  return `#include <linux/kvm_host.h>\n\n${functions.join("\n")}`;
}
