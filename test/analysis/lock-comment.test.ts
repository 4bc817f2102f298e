import { describe, expect, it } from "vitest";
import { locksAskedFor, mentionsLock } from "../../src/analysis/lock-comment.js";

const asked = (text: string): string[] =>
  locksAskedFor(`/*\n * ${text}\n */`).map((l) => [l.root, ...l.fields].join("->") + (l.write ? " write" : ""));

describe("a comment asks for a lock", () => {
  it.each([
    ["The caller must hold dev->lock.", ["dev->lock"]],
    ["Caller must hold @dev->lock", ["dev->lock"]],
    ["Callers should hold the queue->list_lock spinlock.", ["queue->list_lock"]],
    ["caller holds pool_mutex", ["pool_mutex"]],
    ["Must be called with &pool->lock held.", ["pool->lock"]],
    ["called with pool_mutex held", ["pool_mutex"]],
    ["Call with list_lock held.", ["list_lock"]],
    ["This has to be called under the pool_mutex.", ["pool_mutex"]],
    ["Should be called while holding p->lock", ["p->lock"]],
    ["pool_mutex must be held.", ["pool_mutex"]],
    ["p->lock must be locked by the caller", ["p->lock"]],
    ["Requires p->lock to be held", ["p->lock"]],
    ["Assumes that p->lock is held.", ["p->lock"]],
    ["Entered with p->lock held and interrupts off.", ["p->lock"]],
    ["Locking: p->lock is held by the caller.", ["p->lock"]],
    ["Called with p->lock and q->lock held.", ["p->lock", "q->lock"]],
    ["Callers must hold p->rwsem for writing.", ["p->rwsem write"]],
    ["Takes one off the list. The caller must hold p->lock. Returns the entry.", ["p->lock"]],
    ["Must be called with\n * p->lock held.", ["p->lock"]],
  ])("%s", (text, locks) => {
    expect(asked(text)).toEqual(locks);
  });

  it("in a kernel-doc section of its own", () => {
    const text =
      "/**\n * f() - does it\n * @p: the pool\n *\n * Context: Process context. Called with p->lock held.\n * Return: 0\n */";
    expect(locksAskedFor(text)).toEqual([{ root: "p", fields: ["lock"], write: false }]);
  });
});

describe("a comment asks for nothing that could be checked", () => {
  it.each([
    ["a denial", "Must not be called with p->lock held."],
    ["a denial in other words", "Called without p->lock held."],
    ["no need", "The caller doesn't need to hold p->lock."],
    ["never", "Never call this with p->lock held."],
    ["a choice", "Caller must hold p->lock or q->lock."],
    ["a condition", "If p->shared is set, the caller must hold p->lock."],
    ["a condition at the end", "The caller must hold p->lock unless it has just made the object."],
    ["what may be", "May be called with p->lock held."],
    ["what it does itself", "Takes p->lock and returns with it held."],
    ["the way out", "Returns with p->lock held."],
    ["what it gives back", "p->lock must be held and is released on exit."],
    ["no lock by name", "The caller must hold the lock."],
    ["a reference", "The caller must hold a reference."],
    ["a description", "Adds the entry to the list that p->lock protects."],
    ["nothing", ""],
  ])("%s: %s", (_, text) => {
    expect(asked(text)).toEqual([]);
  });
});

describe("a comment that is not clear enough", () => {
  it("still speaks of the lock", () => {
    expect(mentionsLock("/* list_lock: held, or the object is new */", "list_lock")).toBe(true);
    expect(mentionsLock("/* list_locks are held */", "list_lock")).toBe(false);
    expect(mentionsLock("/* list_lock is a nice name */", "list_lock")).toBe(false);
    expect(mentionsLock("/* counts */", "list_lock")).toBe(false);
  });
});
