/** The schema of the model sections about where threads come in (entries.yaml) and what a document says of lock orders (orders.yaml). */
import { z } from "zod";

const words = z.array(z.string().min(1));
const lockClass = z
  .string()
  .regex(/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/, 'expected "struct.field.field", or the name of a global lock');

const targets = z
  .strictObject({
    type: z.string().optional().describe("Struct or typedef of the table"),
    name: z.string().optional().describe("Name of the table, where its type says nothing"),
    fields: words.default([]).describe("Fields that are meant; all when none is named"),
  })
  .refine((t) => t.type !== undefined || t.name !== undefined, "expected a type or a name");

export const entryClassSchema = z.strictObject({
  name: z.string().regex(/^[A-Z][A-Z_]*$/, "expected capitals"),
  label: z.string().min(1).describe("As it stands in a sentence"),
  object: z.string().describe("Name of the object model"),
  holds: z.array(lockClass).default([]).describe("Locks that are held on entry"),
  functions: words.default([]).describe("Functions by which threads come in"),
  tables: z.array(targets).default([]).describe("Operations tables whose targets are such functions"),
  lifecycle: z.boolean().default(false).describe("Runs only while container or object are made or torn down"),
});

export const dispatchSchema = z.strictObject({
  macro: z.string().describe("Macro whose result is called"),
  prefix: z.string().default("").describe("What stands before the field's name in its argument"),
  type: z.string().describe("Struct of the table"),
});

const lock = z.strictObject({ lock: lockClass, spelled: z.string().min(1).describe("As people write it") });

export const orderSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+\/[a-z0-9-]+$/, "expected outer/inner"),
  outer: lock.describe("The lock that is taken first"),
  inner: lock.describe("The lock that is taken inside it"),
  says: z.string().min(1).describe("The document, and what it says"),
});
