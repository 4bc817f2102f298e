/** What every store has to do about pull requests. */
import { expect, it } from "vitest";
import type { SqlStore } from "../../../src/io/store/store.js";
import type { LeasedSubject, Task } from "../../../src/pulls/tasks.js";
import { at } from "./examples.js";

const task = (id: string, over: Partial<Task> = {}): Task => ({
  id,
  repository: "kvm/linux",
  installation: 7,
  subject: "pull 1",
  kind: "review",
  data: { head: "0".repeat(40) },
  ...over,
});

const must = (leased: LeasedSubject | null): LeasedSubject => {
  if (leased === null) throw new Error("nothing was leased");
  return leased;
};
const idsOf = (leased: LeasedSubject | null): string[] | null =>
  leased === null ? null : leased.tasks.map(({ id }) => id);

/** Declares the tests; `open` gives an empty store. */
export function pullsContract(open: () => Promise<SqlStore>): void {
  it("records a delivery once, and leases a subject with all that waits for it in order", async () => {
    const store = await open();
    // The clock went back between the two: the order of arrival counts.
    expect(await store.putTask(task("b"), at(5))).toBe(true);
    expect(await store.putTask(task("a", { kind: "command", data: { comment: 1 } }), at(2))).toBe(true);
    expect(await store.putTask(task("b"), at(6))).toBe(false);
    expect(await store.putTask(task("c", { subject: "pull 2" }), at(7))).toBe(true);
    expect(await store.waitingSubjects(at(8), 9)).toEqual([
      { repository: "kvm/linux", subject: "pull 1", since: at(2) },
      { repository: "kvm/linux", subject: "pull 2", since: at(7) },
    ]);
    const leased = must(await store.leaseSubject(at(8), at(20)));
    expect(leased).toMatchObject({ subject: "pull 1", attempts: 0, installation: 7 });
    expect(leased.tasks).toEqual([task("b"), task("a", { kind: "command", data: { comment: 1 } })]);
    expect(idsOf(await store.leaseSubject(at(9), at(20)))).toEqual(["c"]);
    expect(await store.leaseSubject(at(10), at(20))).toBeNull();
  });

  it("does not work on a subject twice at a time, and takes over what a dead worker had", async () => {
    const store = await open();
    await store.putTask(task("a"), at(0));
    const first = must(await store.leaseSubject(at(1), at(10)));
    await store.putTask(task("b"), at(2));
    expect(await store.leaseSubject(at(3), at(12))).toBeNull();
    expect(await store.renewSubject(first, at(15))).toBe(true);
    expect(await store.leaseSubject(at(12), at(20))).toBeNull();
    const second = must(await store.leaseSubject(at(16), at(30)));
    expect(idsOf(second)).toEqual(["a", "b"]);
    expect(await store.renewSubject(first, at(40))).toBe(false);
    expect(await store.endSubject(first, { kind: "done", outcome: "late" }, at(17))).toBe(false);
    expect(await store.endSubject(second, { kind: "done", outcome: "reviewed" }, at(18))).toBe(true);
    expect(await store.leaseSubject(at(50), at(60))).toBeNull();
    expect(await store.taskCounts()).toEqual({ waiting: 0, done: 2, dead: 0 });
  });

  it("keeps what came while a subject was worked on", async () => {
    const store = await open();
    await store.putTask(task("a"), at(0));
    const leased = must(await store.leaseSubject(at(1), at(10)));
    await store.putTask(task("b"), at(2));
    await store.endSubject(leased, { kind: "done", outcome: "reviewed" }, at(3));
    expect(idsOf(await store.leaseSubject(at(4), at(10)))).toEqual(["b"]);
  });

  it("waits after a failure, pauses an installation that was told to wait, and gives up", async () => {
    const store = await open();
    await store.putTask(task("a"), at(0));
    await store.putTask(task("b", { subject: "pull 2" }), at(1));
    await store.putTask(task("c", { subject: "pull 3", installation: 8 }), at(2));
    const failed = must(await store.leaseSubject(at(3), at(9)));
    const later = { kind: "later" as const, retryAt: at(20), reason: "away", counts: true, pause: false };
    await store.endSubject(failed, later, at(4));
    const limited = must(await store.leaseSubject(at(5), at(9)));
    expect(limited.subject).toBe("pull 2");
    await store.endSubject(limited, { ...later, counts: false, pause: true, retryAt: at(30) }, at(6));
    expect((await store.leaseSubject(at(7), at(40)))?.subject).toBe("pull 3");
    expect(await store.leaseSubject(at(25), at(40))).toBeNull();
    const again = must(await store.leaseSubject(at(31), at(40)));
    expect(again).toMatchObject({ subject: "pull 1", attempts: 1 });
    await store.endSubject(again, { kind: "dead", reason: "refused" }, at(32));
    expect(must(await store.leaseSubject(at(33), at(40)))).toMatchObject({ subject: "pull 2", attempts: 0 });
    expect(await store.deadTasks(9)).toEqual([{ task: task("a"), reason: "refused" }]);
    expect(await store.reviveTasks(at(34))).toBe(1);
    expect(await store.leaseSubject(at(35), at(60))).toMatchObject({ subject: "pull 1", attempts: 0 });
    expect(await store.deadTasks(9)).toEqual([]);
  });

  it("leases the subject that is asked for, and no lease that a wrong clock made stands for ever", async () => {
    const store = await open();
    await store.putTask(task("a"), at(0));
    await store.putTask(task("b", { subject: "push refs/heads/main", kind: "push" }), at(1));
    const only = { repository: "kvm/linux", subject: "push refs/heads/main" };
    expect(idsOf(await store.leaseSubject(at(2), "2031-01-01T00:00:00.000Z", only))).toEqual(["b"]);
    expect(idsOf(await store.leaseSubject(at(3), at(9), only))).toEqual(["b"]);
    expect(await store.leaseSubject(at(4), at(9), { repository: "kvm/linux", subject: "pull 9" })).toBeNull();
  });

  it("remembers reports and patches, and forgets what is old", async () => {
    const store = await open();
    const kept = { head: "1".repeat(40), findings: { "0123456789abcdef": "kvm/x" }, report: { told: 1 } };
    await store.putReport("kvm/linux", "pull 1", kept, at(0));
    await store.putReport("kvm/linux", "pull 1", { ...kept, head: "2".repeat(40) }, at(1));
    expect(await store.report("kvm/linux", "pull 1")).toEqual({ ...kept, head: "2".repeat(40) });
    expect(await store.report("kvm/linux", "pull 2")).toBeNull();
    const patch = { analysed: "tree" as const, reason: null, found: [], gone: ["kvm/x\0f"] };
    await store.keepPatch("key", patch, at(0));
    expect(await store.recallPatch("key", at(5))).toEqual(patch);
    expect(await store.recallPatch("other", at(5))).toBeNull();
    await store.pruneTasks(at(3));
    expect(await store.recallPatch("key", at(6))).toEqual(patch);
    await store.pruneTasks(at(9));
    expect(await store.recallPatch("key", at(9))).toBeNull();
  });
}
