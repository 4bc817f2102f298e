/** The schema of the files under rules/models; build-models.ts makes the models of the analysis of them. */
import { z } from "zod";
import { dispatchSchema, entryClassSchema, orderSchema } from "./entry-schema.js";

const words = z.array(z.string().min(1));
const mode = z.enum(["exclusive", "shared"]).default("exclusive");

const lockOf = {
  field: z
    .string()
    .regex(/^\w+(\.\w+)*$/)
    .optional()
    .describe("Fields that lead from the argument to the lock: i_rwsem for inode_lock(inode)"),
  global: z
    .string()
    .regex(/^\w+$/)
    .optional()
    .describe("The one lock that the calls are about, whatever they are given: rtnl_mutex"),
};

const lockFamily = z.strictObject({
  family: z.string().describe("Lock kind, for words and for lock order: spinlock, mutex, rwsem"),
  mode: mode.describe("shared for readers' locks"),
  argument: z
    .int()
    .min(0)
    .default(0)
    .describe("0-based argument that names the lock, or the object that it is part of"),
  ...lockOf,
  spelled: words.default([]).describe("What comments call it, beside its name: RTNL"),
  lock: words.default([]).describe("Calls that always take it"),
  unlock: words.default([]).describe("Calls that give it back"),
  trylock: words.default([]).describe("Calls that took it when they return nonzero"),
  killable: words.default([]).describe("Calls that took it when they return zero"),
  downgrade: words.default([]).describe("Calls that turn it into a shared one"),
  assert: words.default([]).describe("Calls and annotations that say it is held"),
  assertWrite: words.default([]).describe("The same, and for reading only is not enough"),
  test: words.default([]).describe("Calls that ask whether it is held, for warnings and lockdep_assert()"),
});

const guardFamily = z.strictObject({
  family: z.string(),
  mode,
  argument: z.int().min(0).default(0),
  ...lockOf,
  classes: words.describe("First argument of guard() and scoped_guard()"),
  tries: words.default([]).describe("Classes that never wait: the trylock forms"),
});

const accessor = z.strictObject({
  op: z.enum(["read", "write", "update"]),
  place: z.int().min(0).describe("0-based argument with the location"),
  value: z.int().min(0).optional().describe("0-based argument that is stored"),
  constant: z.int().optional().describe("What is stored instead of an argument"),
  bit: z.int().min(0).optional().describe("0-based argument with a bit number"),
  once: z.boolean().default(false).describe("Cannot be torn or refetched"),
  exclusive: z.boolean().default(false).describe("Reads and writes in one step"),
  expects: z
    .int()
    .min(0)
    .optional()
    .describe("0-based argument that the old value is compared with: it writes only where they are equal"),
  unconditional: z
    .boolean()
    .default(false)
    .describe("Writes whatever it reads: where nobody asks for the old value, a plain write"),
  step: z.int().min(-1).max(1).default(0).describe("Counts up (1) or down (-1)"),
  names: words,
});

const object = z.strictObject({
  name: z.string().min(1).describe("What `object` of a rule names"),
  label: z.string().min(1).describe("What a person calls it"),
  struct: z.string().min(1).describe("Its struct, without the word `struct`"),
  container: z
    .strictObject({ field: z.string(), struct: z.string(), label: z.string() })
    .nullable()
    .default(null)
    .describe("What many of them belong to, and their field that leads there"),
  getters: words.default([]).describe("Calls that return one which may be any thread's"),
  own: words.default([]).describe("Calls that return the running thread's own"),
  iterators: z
    .array(
      z.strictObject({
        names: words,
        variable: z.int().min(0),
        container: z.int().min(0).nullable().default(null),
      }),
    )
    .default([]),
  hints: words.default([]).describe("Calls that nobody relies on: kicks, wake-ups"),
  counters: words.default([]).describe("Fields that only count or report"),
  arrays: words.default([]).describe("Fields of the container that hold all objects, for xa_load()"),
  shared: z
    .boolean()
    .default(false)
    .describe("No object has a thread of its own: whoever has a pointer to one shares it with others"),
  base: z
    .strictObject({ struct: z.string(), field: z.string() })
    .nullable()
    .default(null)
    .describe("The struct in it by which it is known too: {struct: sock, field: sk} for a kind of socket"),
});

/** One file of rules/models: any of these sections. */
export const modelFileSchema = z.strictObject({
  locks: z.array(lockFamily).default([]),
  guards: z.array(guardFamily).default([]),
  accessors: z.array(accessor).default([]),
  objects: z.array(object).default([]),
  entryClasses: z.array(entryClassSchema).default([]),
  dispatch: z.array(dispatchSchema).default([]),
  orders: z.array(orderSchema).default([]),
  acquires: words.default([]).describe("Annotations of a function that returns with a lock"),
  releases: words.default([]).describe("Annotations of a function that gives back its caller's lock"),
  complaints: z
    .strictObject({ whenTrue: words.default([]), whenFalse: words.default([]) })
    .prefault({})
    .describe("Calls that complain when what they are given is true (WARN_ON) or false (lockdep_assert)"),
  memberMacros: words
    .default([])
    .describe("Macros that name a member of the first argument by the second: ACCESS_PRIVATE"),
  lockSetup: words.default([]).describe("Calls that make a lock ready or put it away"),
  allocators: words.default([]).describe("Calls whose result no other thread can see yet"),
  disposers: words.default([]).describe("Calls after which no other thread sees their first argument"),
  setupAttributes: words.default([]).describe("Attributes of functions that run before or after all others"),
  spawners: z
    .array(z.strictObject({ argument: z.int().min(0), names: words }))
    .default([])
    .describe("Calls that are given a function (0-based argument) which will run by itself, with no lock held"),
  pure: words.default([]),
  noreturn: words.default([]).describe("Calls that never return"),
  sameValue: words.default([]).describe("Calls that hand their argument on in another type"),
  signTests: z
    .array(z.strictObject({ names: words, is: z.enum(["<", "<=", ">", ">="]) }))
    .default([])
    .describe("Calls that compare their argument with zero"),
  bareAttributes: words.default([]),
  calledAttributes: words.default([]),
  statementMacros: words.default([]),
});

export type ModelFile = z.infer<typeof modelFileSchema>;
