import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Message } from "../../src/message/message.js";
import type { Finding } from "../../src/review/finding.js";
import { reviewMessages } from "../../src/review/review.js";
import type { SourceTree } from "../../src/tree/source-tree.js";
import { parse, rules } from "../engine.js";
import { gitDiff, withFolder } from "../patch/git-peer.js";
import { mail } from "../patch/mail.js";

const PATH = "arch/riscv/kvm/park.c";
const helper = `static void set_parked(struct kvm_vcpu *v)
{
	WRITE_ONCE(v->arch.mp_state.mp_state, KVM_MP_STATE_STOPPED);
}

`;
const park = (body: string): string => `${helper}int park(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

${body}	return 0;
}

int unrelated(struct kvm_vcpu *me)
{
	return me->vcpu_id;
}
`;
const LOCKED = park(
  "\tspin_lock(&peer->arch.mp_state_lock);\n\tset_parked(peer);\n\tspin_unlock(&peer->arch.mp_state_lock);\n",
);
const BARE = park("\tset_parked(peer);\n");
const NONE = park("");

/** The name git gives to a file's content (gitformat-pack(5)). */
const blobId = (text: string): string =>
  createHash("sha1")
    .update(`blob ${Buffer.byteLength(text)}\0${text}`)
    .digest("hex");

const treeOf = (files: Record<string, string>): SourceTree => ({
  label: "test",
  readFile: async (path) => files[path] ?? null,
  readBlob: async () => null,
  blobId: async (path) => (files[path] === undefined ? null : blobId(files[path])),
  list: async (folder) =>
    Object.keys(files)
      .filter((p) => p.startsWith(folder))
      .sort(),
});

interface Step {
  before: string;
  after: string;
  subject?: string;
  description?: string;
}

function patchMail({ before, after, subject, description }: Step, n: number): Message {
  const diff = withFolder((folder) => gitDiff(folder, PATH, before, after));
  const text = `${description ?? "Change it."}\n\nSigned-off-by: A. Author <author@example.org>\n---\n\n${diff}\n`;
  return mail(text, { messageId: `${n}@example.org`, subject: subject ?? "[PATCH] RISC-V: KVM: change park()" });
}

const review = async (messages: Message[], tree: SourceTree | null): Promise<Finding[]> =>
  (await reviewMessages(messages, { tree, rules, parse, version: "0.0.0" })).review.findings;
const said = (findings: readonly Finding[]): string[] =>
  findings.map((f) => `${f.rule} ${f.status} ${f.confidence} ${f.function}`);

describe("what is said of a patch", () => {
  it("a fault that comes with it is introduced", async () => {
    const found = await review([patchMail({ before: LOCKED, after: BARE }, 1)], treeOf({ [PATH]: LOCKED }));
    expect(said(found)).toEqual(["kvm/cross-vcpu-mp-state introduced high park"]);
    expect(found[0]).toMatchObject({
      messageId: "1@example.org",
      path: PATH,
      line: 10,
      side: "new",
      severity: "error",
    });
    expect(found[0]?.witness[0]).toMatchObject({
      role: "write",
      locks: [],
      code: "set_parked(peer);",
      via: ["set_parked"],
    });
  });

  it("the other way round there is nothing to say", async () => {
    expect(await review([patchMail({ before: BARE, after: LOCKED }, 1)], treeOf({ [PATH]: BARE }))).toEqual([]);
  });

  it("a fault that was there, in a function the patch does not touch, is not told", async () => {
    const after = BARE.replace("return me->vcpu_id", "return me->vcpu_idx");
    expect(await review([patchMail({ before: BARE, after }, 1)], treeOf({ [PATH]: BARE }))).toEqual([]);
  });

  it("in a function it touches it is pre-existing", async () => {
    const after = BARE.replace("\tset_parked(peer);\n", "\ttrace_park(peer);\n\tset_parked(peer);\n");
    const found = await review([patchMail({ before: BARE, after }, 1)], treeOf({ [PATH]: BARE }));
    expect(said(found)).toEqual(["kvm/cross-vcpu-mp-state pre-existing high park"]);
  });

  it("and an incomplete fix when the patch says that it fixes the race", async () => {
    const after = BARE.replace("\tset_parked(peer);\n", "\tsmp_mb();\n\tset_parked(peer);\n");
    const step = { before: BARE, after, description: 'Fix the race in park().\n\nFixes: 0123456789ab ("park")' };
    const found = await review([patchMail(step, 1)], treeOf({ [PATH]: BARE }));
    expect(said(found)).toEqual(["kvm/cross-vcpu-mp-state incomplete-fix high park"]);
  });

  it("a comment that accepts the race makes it acknowledged, and a note", async () => {
    const after = BARE.replace(
      "\tset_parked(peer);\n",
      "\t/* A known and harmless race: the guest asked for it. */\n\tset_parked(peer);\n",
    );
    const found = await review([patchMail({ before: NONE, after }, 1)], treeOf({ [PATH]: NONE }));
    expect(found.map((f) => [f.status, f.severity])).toEqual([["acknowledged", "note"]]);
  });

  it("a later patch of the series that mends it makes it fixed-later", async () => {
    const series = [
      patchMail({ before: NONE, after: BARE, subject: "[PATCH 1/2] RISC-V: KVM: park()" }, 1),
      patchMail({ before: BARE, after: LOCKED, subject: "[PATCH 2/2] RISC-V: KVM: lock park()" }, 2),
    ];
    const [one, two] = series as [Message, Message];
    const threaded = [one, { ...two, inReplyTo: ["1@example.org"], references: ["1@example.org"] }];
    expect(said(await review(threaded, treeOf({ [PATH]: NONE })))).toEqual([
      "kvm/cross-vcpu-mp-state fixed-later high park",
    ]);
  });

  it("patches that are no series are judged each against the tree", async () => {
    const mails = [
      patchMail({ before: LOCKED, after: BARE, subject: "[PATCH] RISC-V: KVM: one" }, 1),
      patchMail({ before: LOCKED, after: BARE, subject: "[PATCH] RISC-V: KVM: other" }, 2),
    ];
    expect((await review(mails, treeOf({ [PATH]: LOCKED }))).map((f) => [f.messageId, f.status])).toEqual([
      ["1@example.org", "introduced"],
      ["2@example.org", "introduced"],
    ]);
  });

  it("without a tree it speaks of whole functions only as such", async () => {
    const diff = withFolder((folder) => gitDiff(folder, PATH, "", BARE));
    const added = diff
      .replace(/^--- .*$/m, "--- /dev/null")
      .replace(/^index .*$/m, "new file mode 100644\nindex 0000000..1111111");
    const found = await review([mail(`New file.\n---\n\n${added}`)], null);
    expect(said(found)).toEqual(["kvm/cross-vcpu-mp-state introduced medium park"]);
    const part = await review([patchMail({ before: LOCKED, after: BARE }, 1)], null);
    expect(part).toEqual([]);
  });

  it("falls back to the hunks with a reason when the patch does not apply", async () => {
    const options = { tree: treeOf({ [PATH]: "int other;\n" }), rules, parse, version: "0.0.0" };
    const { review: r } = await reviewMessages([patchMail({ before: LOCKED, after: BARE }, 1)], options);
    expect(r.patches[0]).toMatchObject({ analysed: "diff" });
    expect(r.patches[0]?.reason).toMatch(/does not apply/);
  });

  it("says why a patch was not analysed", async () => {
    const diff = withFolder((folder) => gitDiff(folder, "drivers/x.h", "int a;\n", "int b;\n"));
    const { review: r } = await reviewMessages([mail(`x\n---\n\n${diff}`)], { tree: null, rules, parse, version: "0" });
    expect(r.patches[0]).toMatchObject({ analysed: "none", reason: "no rule speaks of these files" });
  });

  it("ids stay when lines move, files are renamed and variables change names", async () => {
    const id = async (before: string, after: string): Promise<string | undefined> =>
      (await review([patchMail({ before, after }, 1)], treeOf({ [PATH]: before })))[0]?.id;
    const moved = (text: string): string => `int pad;\n\n${text}`.replaceAll("peer", "target");
    expect(await id(moved(LOCKED), moved(BARE))).toBe(await id(LOCKED, BARE));
  });
});
