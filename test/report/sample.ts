/** A review made by hand in the shape of the founding one, over a patch written for this project. */
import { readFileSync } from "node:fs";
import type { Message } from "../../src/message/message.js";
import type { FileDiff, Hunk, Patch } from "../../src/patch/patch.js";
import type { Finding, PatchReport, ReviewResult, WitnessSite } from "../../src/review/finding.js";

const HOST = "arch/arm64/include/asm/kvm_host.h";
const RUN = "arch/arm64/kvm/arm.c";
const PARK = "arch/arm64/kvm/park.c";
const WAKE = "arch/arm64/kvm/wake.c";
const FLAG = "vcpu->kvm->arch.park_pending";

const mbox = readFileSync(new URL("../../fixtures/threads/susp-gate/patch.mbox", import.meta.url), "utf8");
export const SAMPLE_BODY = mbox.slice(mbox.indexOf("\n\n") + 2, -1);

const emptyHunk = (line: string, at: number): Hunk => {
  const found = /^@@ -(\d+),(\d+) \+(\d+),(\d+) @@ ?(.*)$/.exec(line);
  const [, oldStart, oldLines, newStart, newLines, section] = found ?? [];
  return {
    oldStart: Number(oldStart),
    oldLines: Number(oldLines),
    newStart: Number(newStart),
    newLines: Number(newLines),
    section: section ?? "",
    lines: [],
    closed: true,
    at,
  };
};

const emptyFile = (line: string, at: number): FileDiff => {
  const name = line.slice(line.indexOf(" b/") + 3);
  return {
    oldPath: name,
    newPath: name,
    status: "modified",
    binary: false,
    additions: 0,
    deletions: 0,
    oldBlob: null,
    newBlob: null,
    oldMode: null,
    newMode: null,
    hunks: [],
    at,
  };
};

/** Reads the plain diff of a fixture, which is known to be sound; the real parser has tests of its own. */
export const readDiff = (lines: readonly string[]): FileDiff[] => {
  const files: FileDiff[] = [];
  lines.forEach((line, at) => {
    if (line.startsWith("diff --git ")) files.push(emptyFile(line, at));
    const file = files.at(-1);
    if (file === undefined || line === "-- ") return;
    if (line.startsWith("@@ ")) file.hunks.push(emptyHunk(line, at));
    const hunk = file.hunks.at(-1);
    const kind = line[0];
    if (hunk === undefined || (kind !== "+" && kind !== "-" && kind !== " ")) return;
    hunk.lines.push({ kind, text: line.slice(1), at });
  });
  return files;
};

export const samplePatch = (over: Partial<Patch> = {}): Patch => {
  const bodyLines = SAMPLE_BODY.split("\n");
  const start = bodyLines.findIndex((line) => line.startsWith("diff --git "));
  return {
    messageId: "20260309164002.4711-1-parker@example.org",
    subject: "[PATCH] KVM: arm64: Keep wake calls out while the system parks",
    title: "KVM: arm64: Keep wake calls out while the system parks",
    description: bodyLines.slice(0, bodyLines.indexOf("---")).join("\n"),
    trailers: [],
    author: { name: "P. Parker", address: "parker@example.org" },
    files: readDiff(bodyLines),
    diff: bodyLines.slice(start, bodyLines.indexOf("-- ")).join("\n"),
    depth: 0,
    fidelity: "exact",
    bodyLines,
    problems: [],
    ...over,
  };
};

export const sampleMessage = (over: Partial<Message> = {}): Message => ({
  messageId: "20260309164002.4711-1-parker@example.org",
  subject: "[PATCH] KVM: arm64: Keep wake calls out while the system parks",
  subjectInfo: {
    title: "KVM: arm64: Keep wake calls out while the system parks",
    reply: false,
    prefixes: ["PATCH"],
    patch: true,
    pull: false,
    version: 1,
    index: null,
    total: null,
  },
  from: { name: "P. Parker", address: "parker@example.org" },
  to: [
    { name: "M. Maintainer", address: "maintainer@example.org" },
    { name: "", address: "kvm-example@lists.example.org" },
  ],
  cc: [{ name: "", address: "linux-kernel@vger.example.org" }],
  replyTo: [],
  date: "2026-03-09T16:40:02.000Z",
  inReplyTo: [],
  references: [],
  headers: new Map([["list-post", ["<mailto:kvm-example@lists.example.org>"]]]),
  body: { text: SAMPLE_BODY, flowed: null },
  origin: "mail",
  problems: [],
  ...over,
});

const site = (path: string, line: number, fn: string, role: WitnessSite["role"], code: string): WitnessSite => ({
  path,
  line,
  side: "new",
  function: fn,
  role,
  locks: [],
  code,
  via: [],
});

const SERIALISE =
  "Could the operations that look at or change the power state of another vCPU be serialised by one lock of the VM? " +
  "In the code shown here these are kvm_park_system() and kvm_wake_vcpu(). " +
  "What a vCPU does to its own state can keep to mp_state_lock alone.";

const base = { messageId: "20260309164002.4711-1-parker@example.org", side: "new", nursery: false } as const;

export const gateFinding = (over: Partial<Finding> = {}): Finding => ({
  ...base,
  id: "5f0c2b9d1a77",
  rule: "kvm/self-clearing-flag",
  severity: "warning",
  confidence: "medium",
  status: "introduced",
  path: RUN,
  line: 1156,
  function: "kvm_arch_vcpu_ioctl_run",
  message: "park_pending is a gate of the whole VM, but any vCPU that enters KVM_RUN takes it down.",
  why:
    "kvm_park_system() raises the flag and relies on it until user space has parked the VM. " +
    "Another vCPU thread that enters KVM_RUN in between clears it, and kvm_wake_vcpu() finds the gate open. " +
    "A second caller of the park call clears it as well, on its way out with an error.",
  suggestion: SERIALISE,
  witness: [
    site(PARK, 52, "kvm_park_system", "set", `WRITE_ONCE(${FLAG}, true);`),
    {
      ...site(WAKE, 35, "kvm_wake_vcpu", "check", "if (READ_ONCE(target->kvm->arch.park_pending)) {"),
      locks: ["target->arch.mp_state_lock"],
    },
    site(RUN, 1156, "kvm_arch_vcpu_ioctl_run", "clear", `WRITE_ONCE(${FLAG}, false);`),
  ],
  interleaving: [
    { thread: "A", text: "kvm_park_system() raises park_pending and sees every other vCPU stopped" },
    { thread: "B", text: "kvm_arch_vcpu_ioctl_run() of another vCPU lowers park_pending" },
    { thread: "B", text: "kvm_wake_vcpu() finds the flag down and starts a vCPU" },
    { thread: "A", text: "kvm_park_system() exits to user space with a vCPU running" },
  ],
  cites: ["Documentation/virt/kvm/locking.rst"],
  ...over,
});

export const checkFinding = (over: Partial<Finding> = {}): Finding => ({
  ...base,
  id: "a83e44c0d512",
  rule: "kvm/check-then-act",
  severity: "warning",
  confidence: "medium",
  status: "incomplete-fix",
  path: PARK,
  line: 64,
  function: "kvm_park_system",
  message: "Each mp_state_lock is dropped before the reset request that relies on all vCPUs being stopped.",
  why:
    "What the walk has seen of a vCPU holds only as long as its lock is held. " +
    "Only park_pending keeps the vCPUs stopped afterwards, and that flag can be wiped in between.",
  suggestion: SERIALISE,
  witness: [
    {
      ...site(PARK, 59, "kvm_park_system", "check", "if (!kvm_arm_vcpu_stopped(other)) {"),
      locks: ["other->arch.mp_state_lock"],
    },
    site(PARK, 67, "kvm_park_system", "act", "kvm_park_request_reset(vcpu, entry);"),
  ],
  interleaving: [
    { thread: "A", text: "kvm_park_system() sees vCPU 2 stopped and drops its mp_state_lock" },
    { thread: "B", text: "kvm_wake_vcpu() powers vCPU 2 on" },
    { thread: "A", text: "kvm_park_system() requests the reset and leaves for user space" },
  ],
  cites: [],
  ...over,
});

export const sampleReport = (over: Partial<PatchReport> = {}): PatchReport => ({
  messageId: base.messageId,
  subject: "[PATCH] KVM: arm64: Keep wake calls out while the system parks",
  series: null,
  analysed: "function",
  reason: "no tree was given",
  files: [HOST, RUN, PARK, WAKE],
  ...over,
});

/** The sample review with other findings, message, patch or report where a test wants them. */
export const sampleResult = (
  over: { findings?: Finding[]; message?: Message; patch?: Patch; report?: PatchReport } = {},
): ReviewResult => {
  const findings = over.findings ?? [gateFinding(), checkFinding()];
  const report = over.report ?? sampleReport();
  return {
    review: {
      tool: { name: "patchwitness", version: "0.1.0", rules: "sha256:0123456789abcdef0123456789abcdef" },
      patches: [report],
      findings,
      problems: [],
    },
    reviewed: [{ message: over.message ?? sampleMessage(), patch: over.patch ?? samplePatch(), report, findings }],
  };
};
