/** The schema of rules/<area>/<id>/rule.yaml: what a rule author may write, every field documented. */
import { z } from "zod";

const path = z
  .string()
  .regex(/^(\$object|\$container)->[A-Za-z_][\w.>-]*$/, 'expected "$object->field" or "$container->field"');

const guard = z.strictObject({
  lock: path.describe("The lock, from the object ($object) or its container ($container)"),
  note: z.string().optional().describe("A caveat to name when this lock is proposed or used"),
});

const base = {
  id: z
    .string()
    .regex(/^[a-z0-9-]+\/[a-z0-9-]+$/, "expected area/name, as the folder is called")
    .describe("area/name, as the folder is called"),
  title: z.string().min(1).describe("One line: what the rule finds"),
  stage: z.enum(["nursery", "stable"]).default("nursery").describe("nursery: shown locally, never posted"),
  scope: z
    .strictObject({
      paths: z.array(z.string().min(1)).min(1).describe("Globs (*, **, {a,b}) of the files the rule speaks of"),
      context: z
        .array(z.string().min(1))
        .default([])
        .describe(
          "Globs of further files to read when a tree is there; $arch: architecture, $dir: folder of the patched file",
        ),
    })
    .describe("Where the rule holds"),
  acknowledged: z
    .array(z.string().min(1))
    .default([])
    .describe("Phrases (regular expressions, any case) of a comment that accepts the race"),
  cites: z.array(z.string().min(1)).default([]).describe("Kernel documents and commits the rule rests on"),
};

const state = z.strictObject({
  label: z.string().min(1).describe("What the state is called in a sentence"),
  fields: z.array(z.string().min(1)).min(1).describe("Paths from the object, such as arch.mp_state"),
  helpers: z
    .array(z.string().min(1))
    .default([])
    .describe("Predicates that read the state, for patches whose tree is not there to look into them"),
});

const guarded = {
  object: z.string().describe("Name of the object model (rules/models)"),
  state,
  guards: z
    .array(guard)
    .default([])
    .describe(
      "Locks of which one must be held, the object's own first; none: only the object's own thread may change the state",
    ),
  serialise: z
    .strictObject({
      what: z.string().describe("The lock to propose, as it stands in a sentence"),
      caveat: z.string().optional().describe("What to mind when that lock is chosen"),
    })
    .describe("What to propose where one critical section an object is not enough"),
};

const guardFamilies = z
  .array(z.string().min(1))
  .default(["spinlock", "mutex", "rwsem"])
  .describe("Lock families (rules/models) that can be what guards a field");

const severityOf = z.enum(["error", "warning", "note", "silent"]);

export const ruleSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    ...base,
    kind: z.literal("guarded-access"),
    ...guarded,
    severity: z
      .strictObject({
        unlockedWrite: severityOf.default("error").describe("A write while no guard is held"),
        wrongInstance: severityOf.default("error").describe("An access under another object's lock"),
        reportedRead: severityOf.default("note").describe("A read that is only returned, stored or handed on"),
        heuristicRead: severityOf.default("silent").describe("A read that only steers a hint, such as a kick"),
        ownWrite: severityOf
          .default("warning")
          .describe("A write of the running thread's own object, where other threads write it too"),
      })
      .prefault({}),
  }),
  z.strictObject({
    ...base,
    kind: z.literal("check-then-act"),
    ...guarded,
    severity: z
      .strictObject({
        staleCheck: severityOf.default("warning").describe("Something relies on a check that nothing keeps true"),
      })
      .prefault({}),
  }),
  z.strictObject({
    ...base,
    kind: z.literal("flag-protocol"),
    ...guarded,
    severity: z
      .strictObject({
        foreignClear: severityOf.default("warning").describe("A flag is cleared by a path that does not own it"),
        overlappingOwners: severityOf
          .default("warning")
          .describe("Two owners set and clear the same flag of all objects"),
      })
      .prefault({}),
  }),
  z.strictObject({
    ...base,
    kind: z.literal("lock-balance"),
    families: z
      .array(z.string().min(1))
      .default(["spinlock", "mutex", "rwsem"])
      .describe("Lock families (rules/models) that are looked at"),
    severity: z
      .strictObject({
        heldOnReturn: severityOf.default("warning"),
        doubleAcquire: severityOf.default("warning"),
        strayUnlock: severityOf.default("warning"),
        ignoredAttempt: severityOf.default("warning"),
      })
      .prefault({}),
  }),
  z.strictObject({
    ...base,
    kind: z.literal("lock-order"),
    orders: z.array(z.string().min(1)).min(1).describe("Names of documented orders (rules/models) that are looked at"),
    severity: z.strictObject({ wrongOrder: severityOf.default("warning") }).prefault({}),
  }),
  z.strictObject({
    ...base,
    kind: z.literal("inconsistent-guard"),
    families: guardFamilies,
    evidence: z
      .strictObject({
        places: z.int().min(1).default(3).describe("Accesses under the lock, at least"),
        writes: z.int().min(1).default(2).describe("Writes among them, at least"),
        functions: z.int().min(1).default(2).describe("Other functions in which they stand, at least"),
      })
      .prefault({})
      .describe("How clearly the code must speak before anything is said"),
    severity: z
      .strictObject({
        unguardedWrite: severityOf.default("warning"),
        decisiveRead: severityOf.default("note").describe("A branch rests on a read without the lock"),
      })
      .prefault({}),
  }),
  z.strictObject({
    ...base,
    kind: z.literal("stale-after-unlock"),
    families: guardFamilies,
    evidence: z
      .strictObject({
        writes: z.int().min(1).default(2).describe("Writes of what was checked under the lock, at least"),
        functions: z.int().min(1).default(1).describe("Other functions in which they stand, at least"),
      })
      .prefault({})
      .describe("How clearly the code must speak before anything is said"),
    severity: z.strictObject({ staleCheck: severityOf.default("warning") }).prefault({}),
  }),
  z.strictObject({
    ...base,
    kind: z.literal("missing-required-lock"),
    severity: z
      .strictObject({
        missing: severityOf.default("warning").describe("The lock is not held at all"),
        readOnly: severityOf.default("warning").describe("It is held for reading where writing is asked"),
      })
      .prefault({}),
  }),
]);

/** What every rule has, whatever its kind: to name the other faults of a file whose kind is none. */
export const anyRuleSchema = z.looseObject(base);

/** A rule as its file says it, defaults filled in. */
export type Rule = z.infer<typeof ruleSchema>;
/** Rules about the guarded state of objects. */
export type ObjectRule = Extract<Rule, { object: string }>;
export type RuleOf<K extends Rule["kind"]> = Extract<Rule, { kind: K }>;
