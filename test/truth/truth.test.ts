/**
 * The hand-made truth table of Linux 6.12's KVM (../shared/truth) against the engine, and what three other releases must and
 * must not show. Needs ../shared and the kernels that PATCHWITNESS_KERNELS names (a folder with linux-6.12 and others, as
 * ../shared/tools/kernel-tree makes it); without them the tests are skipped, and say so.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import type { ProgramFunction } from "../../src/analysis/definitions.js";
import type { Event } from "../../src/analysis/events.js";
import { Program } from "../../src/analysis/program.js";
import { RuleContext } from "../../src/rules/context.js";
import { sharedPlace } from "../../src/rules/places.js";
import { readC } from "../../src/source/read-file.js";
import { evaluated, indexOf, reader, root, rules } from "../engine.js";

const kernels = process.env.PATCHWITNESS_KERNELS ?? "";
const table = join(root, "../shared/truth/mp_state-6.12.md");
const has = (version: string): boolean => kernels !== "" && existsSync(join(kernels, `linux-${version}`));
const ready = existsSync(table) && has("6.12");
const why = ready ? "" : " (skipped: needs ../shared and PATCHWITNESS_KERNELS)";

function cFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((e) => {
    const path = join(folder, e.name);
    return e.isDirectory() ? cFiles(path) : /\.[ch]$/.test(e.name) ? [path] : [];
  });
}

const programs = new Map<string, Program>();
function kvm(version: string, arch: string): Program {
  const key = `${version} ${arch}`;
  const own = programs.get(key);
  if (own !== undefined) return own;
  const tree = join(kernels, `linux-${version}`);
  const paths = [
    ...cFiles(join(tree, "arch", arch, "kvm")),
    ...cFiles(join(tree, "virt/kvm")),
    join(tree, "include/linux/kvm_host.h"),
    join(tree, "arch", arch, "include/asm/kvm_host.h"),
  ].filter((p) => existsSync(p));
  const files = paths.sort().map((p) => readC(relative(tree, p), readFileSync(p, "utf8"), reader));
  const program = new Program(files, rules.models);
  programs.set(key, program);
  return program;
}

interface Row {
  path: string;
  line: number;
  fn: string;
  lock: string;
  verdict: string;
}

/** The rows of the table that touch another vCPU's state; lines of locks alone are left out. */
function crossRows(): Row[] {
  const rows: Row[] = [];
  for (const line of readFileSync(table, "utf8").split("\n")) {
    const cells = line.split("|").map((c) => c.trim());
    const site = /^(\S+\.[ch]):(\d+):(\w+)$/.exec(cells[1] ?? "");
    if (site === null || !/\bCROSS\b/.test(cells[3] ?? "") || /^LOCK/.test(cells[2] ?? "")) continue;
    const [, path, number, fn] = site as unknown as [string, string, string, string];
    rows.push({ path, line: Number(number), fn, lock: cells[4] ?? "", verdict: cells[5] ?? "" });
  }
  return rows;
}

const archOf = (path: string): string => /^arch\/(\w+)\//.exec(path)?.[1] ?? "arm64";

/** The identities and locks with which the engine sees a vCPU touched on a line of a function. */
function seen(row: Row): { identity: string; held: string[] }[] {
  const program = kvm("6.12", archOf(row.path));
  const rule = rules.rules.find(
    (r) => r.kind === "guarded-access" && r.id.endsWith("s390") === row.path.includes("s390"),
  );
  if (rule === undefined || !("object" in rule)) return [];
  const ctx = new RuleContext(program, rule, indexOf(program));
  const f = program.functions.find((x) => x.file.path === row.path && x.fn.name === row.fn);
  if (f === undefined) return [];
  return program.facts(f).events.flatMap((e) => touched(ctx, f, e, row.line));
}

function touched(ctx: RuleContext, f: ProgramFunction, e: Event, line: number): { identity: string; held: string[] }[] {
  if (f.file.lineAt(e.at) !== line) return [];
  const held = [...e.held, ...ctx.waysIn.entryLocks(f)].map((h) => h.lock.show);
  if (e.kind === "call") return e.args.map((a) => ({ identity: ctx.identity(f, a), held }));
  if (e.kind !== "read" && e.kind !== "write") return [];
  const place = sharedPlace(e.place, ctx.model);
  return place?.scope === "object" ? [{ identity: ctx.identity(f, place.owner), held }] : [];
}

const lockName = (cell: string): string | null =>
  /\b(mp_state_lock|start_stop_lock)\b/.exec(cell.replace(/\(not [^)]*\)/, ""))?.[1] ?? null;

describe.skipIf(!ready)(`the 21 accesses to another vCPU's state in Linux 6.12${why}`, () => {
  const rows = ready ? crossRows() : [];
  it("are all in the table", () => expect(rows.length).toBe(21));

  it.each(rows.map((r) => [`${r.path}:${r.line} ${r.fn}`, r] as const))("%s", (_name, row) => {
    // powerpc and the weak default have no state to read; there the call itself must be seen as one of another vCPU.
    const all = seen(row);
    const others = all.filter((s) => s.identity === "other");
    const isPowerpc = row.path.includes("powerpc");
    expect(isPowerpc ? all.length : others.length, JSON.stringify(all)).toBeGreaterThan(0);
    const lock = lockName(row.lock);
    if (lock !== null) expect(others.some((s) => s.held.some((h) => h.endsWith(lock)))).toBe(true);
    else expect(others.every((s) => s.held.every((h) => !/mp_state_lock|start_stop_lock/.test(h)))).toBe(true);
  });
});

/** What is said at warning or above, as "function kind", in order. */
const said = (version: string, arch: string): string[] => {
  const kvmRules = rules.rules.filter((r) => r.id.startsWith("kvm/"));
  const { outcomes } = evaluated(kvm(version, arch), kvmRules);
  const loud = outcomes.filter((o) => o.severity !== "note");
  return loud
    .map((o) => `${o.anchor.function} ${o.detail.kind}${o.acknowledgedBy === null ? "" : " acknowledged"}`)
    .sort();
};

/** Functions in which a note is made of another vCPU's state, with the functions on the way to the access. */
const noted = (version: string, arch: string): Set<string> => {
  const { outcomes } = evaluated(
    kvm(version, arch),
    rules.rules.filter((r) => r.kind === "guarded-access"),
  );
  const notes = outcomes.filter((o) => o.severity === "note");
  return new Set(notes.flatMap((o) => [o.anchor.function, ...o.anchor.via]));
};

describe.skipIf(!ready)(`how loud the unlocked rows are${why}`, () => {
  const rows = ready ? crossRows() : [];
  const of = (verdict: string): Row[] => rows.filter((r) => r.verdict.includes(verdict));

  it("the three status snapshots are notes", () => {
    const snapshots = of("OK-snapshot");
    expect(snapshots.length).toBe(3);
    for (const row of snapshots) expect([...noted("6.12", archOf(row.path))], row.fn).toContain(row.fn);
  });

  it("the seven heuristics are silent", () => {
    const heuristics = of("OK-heuristic");
    expect(heuristics.length).toBe(7);
    const spoken = ["riscv", "arm64", "s390", "powerpc"].flatMap((arch) => [
      ...noted("6.12", arch),
      ...said("6.12", arch),
    ]);
    for (const row of heuristics) expect(spoken, row.fn).not.toContain(row.fn);
  });
});

describe.skipIf(!ready)(`what is said of whole kernels${why}`, () => {
  it.each(["riscv", "arm64", "x86", "loongarch", "powerpc", "mips"])("nothing of 6.12's %s", (arch) =>
    expect(said("6.12", arch)).toEqual([]),
  );

  it("only suspicious rows of 6.12's s390", () =>
    expect(said("6.12", "s390")).toEqual([
      "__inject_set_prefix stale-check",
      "__inject_sigp_stop stale-check",
      "__sigp_store_status_at_addr stale-check",
    ]));

  it.skipIf(!has("6.1"))("6.1: the unlocked writes and the pause flag", () => {
    // The own writes are what 2121cadec45a put under a lock, with that of SRST: kvm->lock alone kept HART_START from them.
    expect(said("6.1", "riscv")).toEqual([
      "kvm_arch_vcpu_ioctl_set_mpstate own-write",
      "kvm_riscv_vcpu_power_off own-write",
      "kvm_riscv_vcpu_sbi_system_reset unlocked-write",
      "kvm_sbi_ext_hsm_handler wrong-order",
    ]);
    expect(said("6.1", "arm64")).toEqual([
      "kvm_arch_vcpu_ioctl_vcpu_init own-write",
      "kvm_arm_resume_guest overlapping-owners",
      "update_vtimer_cntvoff wrong-order",
    ]);
  });

  it.skipIf(!has("6.1"))("6.1: kvm->lock inside vcpu->mutex in x86's Xen support", () =>
    expect(said("6.1", "x86").filter((s) => s.endsWith("wrong-order"))).toEqual([
      "kvm_xen_set_evtchn wrong-order",
      "kvm_xen_vcpu_get_attr wrong-order",
      "kvm_xen_vcpu_set_attr wrong-order",
    ]),
  );

  it.skipIf(!has("7.2"))("7.2: the pause flag again, and the accepted race", () => {
    expect(said("7.2", "arm64")).toEqual(["kvm_arm_resume_guest overlapping-owners"]);
    expect(said("7.2", "riscv")).toEqual(["kvm_sbi_ext_susp_handler stale-check acknowledged"]);
  });

  it.skipIf(!has("7.3"))("7.3: the accepted race alone", () => {
    expect(said("7.3", "arm64")).toEqual([]);
    expect(said("7.3", "riscv")).toEqual(["kvm_sbi_ext_susp_handler stale-check acknowledged"]);
  });
});
