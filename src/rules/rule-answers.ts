/** What the author of a new rule is asked. */

/** Kinds of which an author writes rules about objects; the others speak of all code, and need no rule more. */
export const NEW_KINDS = ["guarded-access", "check-then-act", "flag-protocol"] as const;

export type NewKind = (typeof NEW_KINDS)[number];

export const LOCK_KINDS = ["spinlock", "mutex", "rwsem"] as const;

export type LockKind = (typeof LOCK_KINDS)[number];

/** What an author is asked. */
export interface RuleAnswers {
  id: string;
  kind: NewKind;
  title: string;
  paths: readonly string[];
  /** Name of an object model; with a struct, one is made of it in the rule's folder. */
  object: string;
  struct: string;
  /** The struct of a model that is there already; "" when none is. */
  known: string;
  /** "sock:sk": the struct in it by which it is known too; "" when there is none. */
  base: string;
  fields: readonly string[];
  /** "$object->lock"; "" when only the owner may change the state, or no lock is the matter. */
  lock: string;
  lockKind: LockKind;
  cites: readonly string[];
}
