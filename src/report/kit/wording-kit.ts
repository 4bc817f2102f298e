/** The sentences of the rule kit: what each reason to say nothing means, and what an author can do about it. */
import type { CaseVerdict } from "../../rules/cases.js";
import type { RuleAccount } from "../../rules/explain/why.js";
import type { GuardStanding } from "../../rules/guards.js";
import type { FolderProblem } from "../../rules/rule-folder.js";
import type { Silence } from "../../rules/silence.js";

export const SILENCE_WORDS: Readonly<Record<Silence, string>> = {
  "out-of-scope": "scope.paths of the rule does not speak of this file",
  "no-state": "the function touches none of state.fields, and asks nobody who does",
  lifecycle: "it runs only while the object or its container is made or torn down",
  "said-held": "a comment above it says that its caller holds the lock",
  own: "it is the running thread's own object",
  callers: "it is a parameter: judged where a caller in view binds it",
  "unknown-object": "it is not known whose object this is: no getter, no iteration, and the model is not `shared`",
  "other-field": "it is none of state.fields",
  "one-step": "it reads and writes in one step (cmpxchg and its like): a protocol of its own",
  guarded: "a guard is held",
  "guard-unsure": "a guard may be held: it is taken on some ways here, or by a function out of view",
  "part-shown": "only part of the function is shown: the lock may be taken above",
  "unused-read": "nothing is done on the strength of this read",
  "hint-read": "the read only steers a hint (hints of the object model)",
  "decisive-read": "something relies on this read: the matter of a rule of kind check-then-act",
  "set-silent": "severity of the rule says silent",
  "no-reliance": "what is done there does not rest on the object's having stayed so",
  "entry-guarded": "all callers in view, or all threads that come in there, hold a guard",
  "callers-guarded": "callers in view hold a guard",
  "wrong-instance": "another object's lock is held: the matter of a rule of kind guarded-access",
  "still-held": "the guard of the check is still held",
  "sound-gate": "a flag keeps the others out meanwhile",
  "no-gate": "no function both relies on this flag and is kept out by it: it is no gate",
  "no-protocol": "who sets it neither looks at other objects afterwards nor gives it up on a way out",
  setter: "it is a setter of the flag itself",
  gating: "it tests the flag itself before it acts",
  "no-object": "no parameter of it is an object of the model: it does not run for any of them",
  "takes-work": "it takes work that was put down, and does it",
  "owner-looked": "it looks at who owns the flag first",
  counted: "the flag is a counter",
  "never-set": "no function sets it on all objects",
  "never-cleared": "no function clears it on all objects",
  "never-tested": "nobody tests it on one object",
  "one-owner": "there is one way to the setter only, or one lock on all of them",
  "same-function": "one function sets and clears it",
};

export const STANDING_WORDS: Readonly<Record<GuardStanding["standing"], string>> = {
  held: "held",
  "not-held": "not held",
  "other-instance": "held on another object",
  "shared-only": "held for reading only",
  "asked-for": "only asked for by a callee",
};

export const VERDICT_WORDS: Readonly<Record<CaseVerdict, string>> = {
  validated: "as marked",
  missing: "the rule is silent here, and should not be",
  noisy: "the rule fires here, and should not",
  todo: "a known miss",
  "todo now passing": "a known miss no longer: take `todo` off the mark",
};

/** What an author has to do before a rule's folder is whole. */
export const FOLDER_WORDS: Readonly<Record<FolderProblem["code"], string>> = {
  "fill-in": "still to be filled in",
  "no-readme": "there is no README.md: say what the rule finds, what it leaves alone and why, and where it was seen",
  "readme-id": "README.md does not begin with the rule's id",
  "no-cases": "there is no C file in cases/",
  "no-faulty-case":
    "no case is marked `ruleid:`: write the fault as the kernel had it, the mark in a comment above its line",
  "no-sound-case": "no case is marked `ok:`: write the fixed form, the mark in a comment above the same line",
  "stray-mark": "a mark names another rule",
};

export const KIND_WORDS: Readonly<Record<RuleAccount["kind"], string>> = {
  "guarded-access": "another object's state is touched without its lock",
  "check-then-act": "state is checked in one critical section and relied on in another",
  "flag-protocol": "a flag that holds others off is cleared by somebody else",
  "lock-balance": "a lock is kept, or given back twice",
  "lock-order": "locks are taken against their documented order",
  "inconsistent-guard": "a field is touched without the lock that the code holds elsewhere",
  "stale-after-unlock": "what was checked under a lock is relied on after it was dropped",
  "missing-required-lock": "a function is called without the lock that it asks for",
};
