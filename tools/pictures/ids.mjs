// One finding over the versions of a series: lines and files change, its id does not.
import { fixture, reviewed } from "./engine.mjs";
import { arrow, block, box, picture, text, wrap } from "./svg.mjs";

const RULE = "kvm/cross-vcpu-mp-state";
const SOUND = fixture("stop.c");
const START = SOUND.indexOf("void stop_others");
const [HEAD, SOUND_OTHERS] = [SOUND.slice(0, START), SOUND.slice(START)];
const FAULTY = SOUND_OTHERS.replace(
  "\t\t\tstop(peer);",
  "\t\t\tWRITE_ONCE(peer->arch.mp_state.mp_state, KVM_MP_STATE_STOPPED);",
);
const OTHER = "void count_others(struct kvm_vcpu *vcpu)\n{\n\tvcpu->stat.generic.blocking++;\n}\n\n";
const BASE = {
  "arch/riscv/kvm/stop.c": HEAD.trimEnd().concat("\n"),
  "arch/riscv/kvm/power.c": "#include <linux/kvm_host.h>\n",
};

/** What each version does differently, and the file that it puts the function into. */
const VERSIONS = [
  ["v1", "the function as it was first sent", { "arch/riscv/kvm/stop.c": HEAD + FAULTY }, "told"],
  [
    "v2",
    "another function in front of it: lines moved",
    { "arch/riscv/kvm/stop.c": HEAD + OTHER + FAULTY },
    "not told again: known from v1",
  ],
  [
    "v3",
    "moved to another file",
    { "arch/riscv/kvm/power.c": `#include <linux/kvm_host.h>\n\n${FAULTY}` },
    "not told again: known from v1",
  ],
  ["v4", "takes the lock", { "arch/riscv/kvm/stop.c": HEAD + SOUND_OTHERS }, "gone: fixed in v4"],
];

export function ids() {
  const [width, top, row] = [860, 96, 92];
  const body = [
    text(24, 34, "How a finding keeps its id", "h"),
    text(
      24,
      58,
      "The id is a digest of the rule, the part of the kernel and what is wrong: no line, no file, no version is in it.",
      "s",
      812,
    ),
  ];
  const [said, seen] = [[], new Set()];
  VERSIONS.forEach(([name, does, files, then], n) => {
    const states = [
      { title: "base", files: BASE },
      { title: "RISC-V: KVM: stop all others with one call", files },
    ];
    const found = reviewed(states).findings.filter(({ rule }) => rule === RULE);
    const y = top + n * row;
    const where = found.map(({ path, line }) => `${path}:${line}`);
    const which = found.map(({ id }) => id);
    for (const id of which) seen.add(id);
    body.push(box(24, y, 812, row - 24), text(40, y + 30, name, "h"), block(86, y + 29, wrap(does, 250), "", 18));
    body.push(text(350, y + 29, where[0] ?? "no finding", where.length === 0 ? "good" : "m", 230));
    body.push(which[0] && text(350, y + 50, which[0], "m mark", 230), block(590, y + 29, wrap(then, 236), "", 18));
    if (n < VERSIONS.length - 1)
      body.push(
        arrow([
          [54, y + row - 24],
          [54, y + row],
        ]),
      );
    said.push(
      `${name}, ${does}: ${which.length === 0 ? "no finding" : `finding ${which[0]} at ${where[0]}`}, ${then}.`,
    );
  });
  if (seen.size !== 1) throw new Error(`${seen.size} ids: ${[...seen].join()}`);
  return picture({
    width,
    height: top + VERSIONS.length * row,
    title: "A finding over the versions of a series",
    desc: said.join(" "),
    body,
  });
}
