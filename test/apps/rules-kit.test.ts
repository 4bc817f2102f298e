/** `review rules list | show | test | explain`, as a rule author meets them. */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { BUILT, runCli } from "./run-cli.js";

const RULE = "kvm/cross-vcpu-mp-state";
const work = mkdtempSync(join(tmpdir(), "rules-kit-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** A folder of rules of its own with one shipped rule, and one case that is given. */
const folderWith = (name: string, text: string): string => {
  const folder = join(work, name);
  cpSync(`rules/${RULE}`, join(folder, RULE), { recursive: true });
  rmSync(join(folder, RULE, "cases"), { recursive: true });
  mkdirSync(join(folder, RULE, "cases"));
  writeFileSync(join(folder, RULE, "cases/one.c"), text);
  return folder;
};

const wake = (mark: string, lock = ""): string => `static int wake(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

${lock}	/* ${mark}: ${RULE} */
	peer->arch.power_off = false;
	return 0;
}
`;
const LOCK = "\tspin_lock(&me->arch.mp_state_lock);\n";

describe("review rules list and show", () => {
  it("lists the rules with stage, kind and number of cases", () => {
    const { code, out } = runCli(["rules", "list"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^id +stage +kind +cases +title\n/);
    const cases = readdirSync(`rules/${RULE}/cases`).length;
    expect(out).toMatch(new RegExp(`^${RULE} +stable +guarded-access +${cases} +Another vCPU`, "m"));
    const json = JSON.parse(runCli(["rules", "list", "--format", "json"]).out);
    expect(json.find((r: { id: string }) => r.id === RULE)).toMatchObject({ kind: "guarded-access", cases });
  });

  it("shows a rule with what its fields mean, its page and its cases", () => {
    const { out } = runCli(["rules", "show", RULE]);
    expect(out).toContain('  state.fields: ["arch.mp_state","arch.power_off"]\n      # Paths from the object');
    expect(out).toContain("  severity.unlockedWrite: error\n      # A write while no guard is held");
    expect(out).toContain("cases: helpers.c, owner-only.c");
    expect(out).toContain(`# ${RULE}`);
  });

  it("says which rules there are when it is asked for another", () => {
    const { code, err } = runCli(["rules", "show", "kvm/nothing"]);
    expect(code).toBe(2);
    expect(err).toContain("no rule is called kvm/nothing; there are block/queue-quiesce, kvm/check-then-act");
  });
});

describe("review rules test", () => {
  it("passes the shipped rules", () => {
    const { code, out } = runCli(["rules", "test"]);
    expect(out).not.toMatch(/^FAIL/m);
    expect(code).toBe(0);
  });

  it("names a verdict for each mark", () => {
    const text = `${wake("ruleid")}${wake("ok", LOCK).replace("me->arch", "peer->arch").replace("wake", "wake2")}`;
    const { code, out } = runCli(["rules", "test", RULE, "--rules", folderWith("sound", text)]);
    expect(out).toContain(`ok  ${RULE}: 2 lines`);
    expect(out).toContain("validated        one.c:6 ruleid  | peer->arch.power_off = false;");
    expect(code).toBe(0);
  });

  it("prints the facts behind a surprise, and fails", () => {
    const text = `${wake("ok")}${wake("ruleid", LOCK).replace("me->arch", "peer->arch").replace("wake", "wake2")}`;
    const { code, out } = runCli(["rules", "test", "--rules", folderWith("surprise", text)]);
    expect(code).toBe(1);
    expect(out).toContain(`FAIL  ${RULE}: 2 lines, 2 not as marked`);
    expect(out).toContain("noisy            one.c:6 ok: the rule fires here, and should not");
    expect(out).toContain("missing          one.c:15 ruleid: the rule is silent here");
    expect(out).toMatch(/6 {2}write {3}OTHER {6}peer->arch.power_off {2}\{held: none\}/);
    expect(out).toContain("guard kvm_vcpu.arch.mp_state_lock: not held");
    expect(out).toContain("a guard is held: peer->arch.mp_state_lock");
  });

  it("tells the lock of another object from the right one", () => {
    const text = `${wake("todook", LOCK)}${wake("todoruleid").replace("wake", "wake2")}`;
    const { code, out } = runCli(["rules", "test", RULE, "--rules", folderWith("todo", text)]);
    expect(code).toBe(1);
    expect(out).toContain("todo             one.c:7 todook");
    expect(out).toContain("todo now passing one.c:15 todoruleid: a known miss no longer");
    const explained = runCli(["rules", "explain", `${join(work, "todo", RULE)}/cases/one.c:wake`]).out;
    expect(explained).toContain("guard kvm_vcpu.arch.mp_state_lock: held on another object (me->arch.mp_state_lock)");
  });

  it("asks for what a folder lacks", () => {
    const { code, out } = runCli(["rules", "test", "--rules", folderWith("half", wake("ruleid"))]);
    expect(code).toBe(1);
    expect(out).toContain("no case is marked `ok:`");
  });

  it("tests again after a change, and survives a rule that is half written", async () => {
    const folder = folderWith("watched", wake("ruleid"));
    const child = spawn(process.execPath, [BUILT, "rules", "test", "--rules", folder, "--watch"]);
    let seen = "";
    child.stdout.on("data", (d) => (seen += d));
    child.stderr.on("data", (d) => (seen += d));
    const until = async (word: string): Promise<void> => {
      for (let i = 0; i < 300 && !seen.includes(word); i++) await new Promise((r) => setTimeout(r, 50));
      expect(seen).toContain(word);
      seen = "";
    };
    await until("waiting for a change");
    const yaml = join(folder, RULE, "rule.yaml");
    const good = readFileSync(yaml, "utf8");
    writeFileSync(yaml, good.replace("kind: guarded-access", "kind: none"));
    await until("the rules are not sound");
    writeFileSync(yaml, good);
    await until("no case is marked `ok:`");
    child.kill();
  }, 60_000);
});

describe("review rules explain", () => {
  it("gives the account of a function of a case", () => {
    const { code, out } = runCli(["rules", "explain", `rules/kvm/check-then-act/cases/one-other.c:start_twice_locked`]);
    expect(code).toBe(0);
    expect(out).toContain("arch/riscv/kvm/one-other.c:3 start_twice_locked()");
    expect(out).toMatch(/8 {2}lock {4}OTHER {6}peer->arch.mp_state_lock/);
    expect(out).toContain("kvm/check-then-act fired");
  });

  it.each([
    ["any-run.c", "kvm_arch_vcpu_ioctl_run", "foreign-clear"],
    ["overlapping.c", "unpause_all", "overlapping-owners"],
  ])("shows why a flag's rule fires: %s", (file, name, fired) => {
    const { code, out } = runCli(["rules", "explain", `rules/kvm/self-clearing-flag/cases/${file}:${name}`]);
    expect(code).toBe(0);
    expect(out).toContain(fired);
  });

  it.each([
    ["owner.c", "handle_nap", "arch.napping (CONTAINER): it is a setter of the flag itself"],
    ["owner.c", "kvm_arch_vcpu_ioctl_run", "arch.napping (CONTAINER): it looks at who owns the flag first"],
    [
      "work-pending.c",
      "enable_cap",
      "(CONTAINER): no function both relies on this flag and is kept out by it: it is no gate",
    ],
  ])("and why it does not: %s, %s: %s", (file, name, silence) => {
    const { code, out } = runCli(["rules", "explain", `rules/kvm/self-clearing-flag/cases/${file}:${name}`]);
    expect(code).toBe(0);
    expect(out).toContain(silence);
  });

  it("tells whose an object is by who can see it, in the table as in the verdict", () => {
    const { out } = runCli(["rules", "explain", "rules/net/packet-bind-lock/cases/helpers.c:make"]);
    expect(out).toMatch(/40 {2}write {3}SELF {7}po->num/);
    expect(out).toMatch(/40 {2}write {3}po->num \(SELF\): it is the running thread's own object/);
  });

  it("explains a function of a tree, and what a scan finds there", () => {
    const tree = mkdtempSync(join(tmpdir(), "explain-"));
    mkdirSync(join(tree, "arch/arm64/kvm"), { recursive: true });
    cpSync("rules/kvm/self-clearing-flag/cases/overlapping.c", join(tree, "arch/arm64/kvm/pause.c"));
    const inTree = runCli(["rules", "explain", "--tree", tree, "arch/arm64/kvm/pause.c:unpause_all"]);
    expect([inTree.code, inTree.err]).toEqual([0, ""]);
    expect(inTree.out).toContain("overlapping-owners");
    const [found] = JSON.parse(runCli(["--tree", tree, "-f", "json", "--scan", "arch/arm64/kvm"]).out).findings;
    const byId = runCli(["rules", "explain", found.id, "--tree", tree, "--scan", "arch/arm64/kvm"]);
    expect([byId.code, byId.err]).toEqual([0, ""]);
    expect(byId.out).toContain(`${found.function}()`);
    rmSync(tree, { recursive: true });
  });

  it("explains the findings of a patch by their ids", () => {
    const input = "fixtures/threads/unlocked-write/patch.mbox";
    const found = JSON.parse(runCli(["--format", "json", input]).out).findings[0];
    const { code, out } = runCli(["rules", "explain", found.id.slice(0, 6), input]);
    expect(code).toBe(0);
    expect(out).toContain(found.id);
    expect(out).toContain(`${found.rule} fired`);
    expect(runCli(["rules", "explain", "0123", input])).toMatchObject({ code: 4 });
  });

  it("says what is wrong with a target", () => {
    expect(runCli(["rules", "explain", "Frobnicate"])).toMatchObject({ code: 2 });
    expect(runCli(["rules", "explain", "no/such.c:f"]).err).toContain("a path of a tree needs --tree");
    const { code, err } = runCli(["rules", "explain", "rules/kvm/check-then-act/cases/gate.c:nothing"]);
    expect(code).toBe(4);
    expect(err).toContain("has no function nothing; it has ");
  });
});

describe("review rules new", () => {
  const folder = join(work, "new");
  const answers = ["--paths", "drivers/leds/**", "--object", "lamp", "--lock", "$object->lock", "--lock-kind", "mutex"];

  it("names all that it must be told where nobody can be asked", () => {
    const { code, err } = runCli(["rules", "new", "leds/Lamp", "--rules", folder, "--fields", "a b"]);
    expect(code).toBe(2);
    for (const word of ["--id", "--kind", "--paths", "--object", "--fields"]) expect(err).toContain(`  ${word} (`);
  });

  it.each([
    ["guarded-access", "leds/level", ["--fields", "level", "--struct", "lamp"]],
    ["check-then-act", "leds/check", ["--fields", "level"]],
    ["flag-protocol", "leds/stop", ["--fields", "flags{STOPPED}"]],
  ])("writes a folder of kind %s whose cases work, and which is not done", (kind, id, more) => {
    const made = runCli(["rules", "new", id, "--rules", folder, "--kind", kind, ...answers, ...more]);
    expect(made).toMatchObject({ code: 0 });
    expect(made.out).toContain(`${folder}/${id}/cases/faulty.c\n`);
    const { code, out } = runCli(["rules", "test", id, "--rules", folder]);
    expect(code).toBe(1);
    expect(out).toContain(`FAIL  ${id}: 2 lines, `);
    expect(out).not.toContain("not as marked");
    expect(out).toContain("README.md:3: still to be filled in");
  });

  it("writes nothing over what is there, and nothing that is not sound", () => {
    const again = runCli([
      "rules",
      "new",
      "leds/level",
      "--rules",
      folder,
      "--kind",
      "guarded-access",
      ...answers,
      "--fields",
      "level",
    ]);
    expect(again.code).toBe(3);
    const unknown = runCli([
      "rules",
      "new",
      "leds/x",
      "--rules",
      join(work, "none"),
      "--kind",
      "guarded-access",
      ...answers,
      "--fields",
      "level",
    ]);
    expect(unknown.code).toBe(3);
    expect(unknown.err).toContain("no model is called lamp");
  });
});
