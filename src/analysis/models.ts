/**
 * What the analysis is told about kernel functions that it cannot or should not read: lock primitives, accessors, object
 * getters and iterators. The values come from rules/models (data); this file only says their shape.
 */

export type LockMode = "exclusive" | "shared";

/** How a call changes the lockset. `argument` is the 0-based argument that names the lock, or the object it is a field of. */
export interface LockCall {
  op: "lock" | "unlock" | "assert" | "downgrade";
  argument: number;
  /** Fields that lead from the argument to the lock: inode_lock(inode) takes inode->i_rwsem. Empty: the argument is it. */
  field: readonly string[];
  /** The one lock that it is about, whatever the arguments: rtnl_lock() takes rtnl_mutex. */
  global: string | null;
  /** For an assertion: being held for reading is not enough. */
  write: boolean;
  mode: LockMode;
  /** For trylock, _killable and _interruptible forms: the result that means the lock was taken; null when it always is. */
  success: "zero" | "nonzero" | null;
  /** False for trylock forms, guards included: they never wait. */
  waits: boolean;
  /** Lock kind for words and order: spinlock, mutex, rwsem, rcu, srcu, irq. */
  family: string;
}

/** How a call touches memory: READ_ONCE(x), set_bit(n, addr), atomic_set(v, i). */
export interface AccessCall {
  op: "read" | "write" | "update";
  argument: number;
  /** Argument with the stored value, a constant, or null when unknown. */
  value: { argument: number } | { constant: number } | null;
  /** Argument with a bit number, or null. */
  bit: number | null;
  /** True for READ_ONCE and all that cannot be torn. */
  once: boolean;
  /** True for test-and-set, cmpxchg, xchg: the old value is learnt in the same step. */
  exclusive: boolean;
  /** Argument that the old value is compared with: it writes only where they are equal; or null. */
  expects: number | null;
  /** It writes whatever the old value is: where nobody asks for that one, it is a plain write. */
  unconditional: boolean;
  /** For counters: +1 or -1; 0 for all else. */
  step: number;
}

/** A macro that runs its body for each element: `variable` is the argument that is bound to an object of the model. */
export interface IteratorCall {
  object: string;
  variable: number;
  container: number | null;
}

/** Objects of which many threads touch many instances, such as vCPUs: struct, its container, how to get at others. */
export interface ObjectModel {
  name: string;
  /** What a person calls it: "vCPU". */
  label: string;
  struct: string;
  container: { field: string; struct: string; label: string } | null;
  /** Functions that return an instance which may be any, and those that return the caller's own. */
  getters: ReadonlySet<string>;
  own: ReadonlySet<string>;
  iterators: ReadonlyMap<string, IteratorCall>;
  /** Calls that nobody relies on for correctness: kicks, wake-ups, hints, answers put into the guest's registers. */
  hints: ReadonlySet<string>;
  /** Fields that only count or report: "stat". A write to them is no act. */
  counters: readonly string[];
  /** Arrays of the container that hold all objects: xa_load(&kvm->vcpu_array, i) gets one. */
  arrays: ReadonlySet<string>;
  /** True where no object has a thread of its own: whoever has a pointer to one shares it with others. */
  shared: boolean;
  /** The struct that the object begins with, or has in it, and by which it is known too: struct sock as `sk`. */
  base: { struct: string; field: string } | null;
}

/** Structs of the containers of objects; an object may have none. */
export function containerStructs(objects: readonly ObjectModel[]): ReadonlySet<string> {
  const known = CONTAINERS.get(objects) ?? new Set(objects.flatMap(({ container }) => container?.struct ?? []));
  CONTAINERS.set(objects, known);
  return known;
}

const CONTAINERS = new WeakMap<readonly ObjectModel[], ReadonlySet<string>>();

/** Which targets of operations tables are meant: by the table's type or name, and by its fields (all when none is named). */
export interface TableTargets {
  type: string | null;
  name: string | null;
  fields: readonly string[];
}

/** A way by which threads come into the code: KVM_RUN, an ioctl, the scheduler. */
export interface EntryClass {
  name: string;
  /** As it stands in a sentence: "KVM_RUN". */
  label: string;
  object: string;
  /** Classes of the locks (lock-class.ts) that are held on entry. */
  holds: readonly string[];
  functions: ReadonlySet<string>;
  tables: readonly TableTargets[];
  /** True while container or object are made or torn down. */
  lifecycle: boolean;
}

/** A macro that calls through a field of a table: `static_call(kvm_x86_run)(vcpu)`. */
export interface DispatchMacro {
  macro: string;
  /** What stands before the field's name in the macro's argument. */
  prefix: string;
  type: string;
}

/** A documented order: while `inner` is held, nobody may wait for `outer`. Both are lock classes (lock-class.ts). */
export interface LockOrder {
  name: string;
  outer: string;
  inner: string;
  /** Both as people write them: "kvm->lock", "vcpu->mutex". */
  outerSpelled: string;
  innerSpelled: string;
  /** The document that says so, and its sentence. */
  says: string;
}

export interface AnalysisModels {
  locks: ReadonlyMap<string, LockCall>;
  /** Questions whether a lock is held: an assertion where a warning or lockdep_assert() is given them. */
  lockTests: ReadonlyMap<string, LockCall>;
  /** What comments call a lock that there is only one of: RTNL -> rtnl_mutex. */
  lockWords: ReadonlyMap<string, string>;
  /** Calls that complain when their argument is true, and those that complain when it is false. */
  complaints: ReadonlyMap<string, boolean>;
  /** Macros that name a member of their first argument by the second: ACCESS_PRIVATE(p, lock) is p->lock. */
  memberMacros: ReadonlySet<string>;
  /** Calls by which a function becomes one that runs by itself, with no lock held: INIT_WORK(&w, f). Name -> argument. */
  spawners: ReadonlyMap<string, number>;
  /** guard(class) and scoped_guard(class): the class's lock. */
  guards: ReadonlyMap<string, LockCall>;
  accessors: ReadonlyMap<string, AccessCall>;
  objects: readonly ObjectModel[];
  entryClasses: readonly EntryClass[];
  dispatch: readonly DispatchMacro[];
  orders: readonly LockOrder[];
  /** Fields of objects whose reads rules ask about across functions: "arch.mp_state". Writes are kept for all fields. */
  watched: readonly string[];
  /** Fields of objects that are their own locks: "arch.mp_state_lock". */
  ownLocks: readonly string[];
  /** Annotations by which a function says that it returns with a lock, or gives back one of its caller's. */
  acquires: ReadonlySet<string>;
  releases: ReadonlySet<string>;
  /** Calls that never return: BUG(), panic(). */
  noreturn: ReadonlySet<string>;
  /** Calls that hand their argument on as it is, in another type: ERR_PTR(x), PTR_ERR(x). */
  sameValue: ReadonlySet<string>;
  /** Calls that compare their argument with zero: IS_ERR(x) asks whether x < 0. */
  signTests: ReadonlyMap<string, string>;
  /** Calls that make a lock ready or put it away: nobody else can have it then. */
  lockSetup: ReadonlySet<string>;
  /** Calls whose result nobody else can see yet, and calls after which nobody sees their argument any more. */
  allocators: ReadonlySet<string>;
  disposers: ReadonlySet<string>;
  /** Attributes of functions that run before or after all others: __init, __exit. */
  setupAttributes: ReadonlySet<string>;
  /** Calls without an effect on shared state: printk, tracepoints, WARN. Names, or prefixes ending in `*`. */
  pure: (name: string) => boolean;
}
