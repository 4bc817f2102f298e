// Both sides of a patch compared: four patches, reviewed by the program, and where each of them has the fault.
import { fixture, hasFault, reviewed } from "./engine.mjs";
import { block, box, dot, picture, ring, text, wrap } from "./svg.mjs";

const [PATH, RULE] = ["arch/riscv/kvm/stop.c", "kvm/cross-vcpu-mp-state"];
const SOUND = fixture("stop.c");
const CALL = "\t\t\tstop(peer);";
const WRITE = "\t\t\tWRITE_ONCE(peer->arch.mp_state.mp_state, KVM_MP_STATE_STOPPED);";
const FAULTY = SOUND.replace(CALL, WRITE);
const OTHER = FAULTY.replace("if (peer != vcpu)", "if (peer != vcpu && i > 0)");
const HALF = FAULTY.replace("if (peer != vcpu)", "if (peer != vcpu && !kvm_riscv_vcpu_stopped(peer))");

/** What each patch says it does, and the states of the file before it, behind it, and at the end of its series. */
const CASES = [
  {
    status: "introduced",
    title: "RISC-V: KVM: stop others without a call",
    states: [SOUND, FAULTY],
    so: "A reply is written for it.",
  },
  {
    status: "incomplete-fix",
    title: "RISC-V: KVM: fix the race of stop_others() with its peers",
    states: [FAULTY, HALF],
    so: "A reply is written for it: the patch sets out to mend this, and the fault is still there.",
  },
  {
    status: "pre-existing",
    title: "RISC-V: KVM: never stop the first vCPU",
    states: [FAULTY, OTHER],
    so: "Counted, shown with --all, never mailed: the patch did not bring it.",
  },
  {
    status: "fixed-later",
    title: "RISC-V: KVM: stop others without a call",
    states: [SOUND, FAULTY, SOUND],
    so: "Counted, shown with --all, never mailed: a later patch of the series mends it.",
  },
];
const NAMES = ["before it", "after it", "series' end"];

function judged({ title, states }) {
  const titles = ["base", title, "RISC-V: KVM: take the lock again"];
  const report = reviewed(states.map((text, n) => ({ title: titles[n], files: { [PATH]: text } })));
  const found = report.findings.filter(({ rule }) => rule === RULE);
  if (found.length !== 1) throw new Error(`${title}: ${found.length} findings`);
  return found[0];
}

export function sides() {
  const [width, top, row] = [860, 106, 104];
  const body = [
    text(24, 34, "Is it the patch's fault?", "h"),
    text(
      24,
      58,
      "Both sides of each patch are analysed, and the end of its series. A filled dot: the rule finds the fault there.",
      "s",
      830,
    ),
    NAMES.map((name, n) => text(330 + n * 84, 90, name, "s mid", 84)),
  ];
  const said = [];
  CASES.forEach((one, n) => {
    const finding = judged(one);
    if (finding.status !== one.status) throw new Error(`${one.title}: ${finding.status}, not ${one.status}`);
    const states = one.states.length === 2 ? [...one.states, one.states[1]] : one.states;
    const marks = states.map((state) => hasFault({ [PATH]: state }, RULE));
    const y = top + n * row;
    body.push(box(24, y, 812, row - 12), text(40, y + 28, finding.status, "b"));
    body.push(block(40, y + 50, wrap(`“${one.title.replace("RISC-V: KVM: ", "")}”`, 230, "s"), "s", 16));
    body.push(marks.map((mark, k) => (mark ? dot : ring)(330 + k * 84, y + 44)));
    body.push(block(560, y + 28, wrap(one.so, 264), "", 18));
    said.push(
      `${finding.status}: ${marks.map((mark, k) => `${NAMES[k]} ${mark ? "faulty" : "sound"}`).join(", ")}. ${one.so}`,
    );
  });
  return picture({
    width,
    height: top + CASES.length * row + 8,
    title: "What tells introduced from pre-existing",
    desc: said.join(" "),
    body,
  });
}
