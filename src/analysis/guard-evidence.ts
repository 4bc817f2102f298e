/**
 * What the code itself says about which lock guards a field: every access to each field, with the locks held there. Nobody needs
 * to write a rule for that (Engler et al., "Bugs as Deviant Behavior", SOSP 2001); accesses to objects that no other thread can
 * see are left out (ownership.ts).
 */
import type { CFunction } from "../source/ast.js";
import { EntryLocks } from "./entry-locks.js";
import type { AccessEvent, CallEvent, Event } from "./events.js";
import { type ClassedField, classOfField, relationOf } from "./field-class.js";
import { Ownership } from "./ownership.js";
import type { Program, ProgramFunction } from "./program.js";
import type { Held } from "./state.js";

/** A lock that is held at an access. */
export interface HeldGuard {
  /** Its class, "struct.lock"; "" when that is not known. */
  name: string;
  /** Last word of its path. */
  word: string;
  /** Where it is, seen from the field's owner; null when nothing connects the two. */
  relation: string | null;
  held: Held;
}

/** One access to a field. */
export interface FieldAccess {
  f: ProgramFunction;
  event: AccessEvent;
  field: ClassedField;
  guards: readonly HeldGuard[];
}

interface Call {
  f: ProgramFunction;
  event: CallEvent;
}

interface Callers {
  callers: readonly ProgramFunction[];
  classes: ReadonlySet<string>;
}

/** Calls through pointers, by the last field on the way: `ops->run(x)` under "run". */
function indirectCalls(program: Program): Map<string, Call[]> {
  const out = new Map<string, Call[]>();
  for (const f of program.functions) {
    for (const event of program.facts(f).events) {
      if (event.kind !== "call") continue;
      const words = event.name.split(/->|\./);
      const field = words.length > 1 ? words.at(-1) : undefined;
      if (field === undefined) continue;
      const list = out.get(field);
      if (list === undefined) out.set(field, [{ f, event }]);
      else list.push({ f, event });
    }
  }
  return out;
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);

/** Accesses of a program's functions to fields that others may touch, by folder and field. */
export class GuardEvidence {
  readonly entry: EntryLocks;
  readonly ownership: Ownership;
  /** By folder and "struct.field", in order of files and places. */
  readonly fields: ReadonlyMap<string, readonly FieldAccess[]>;
  private readonly callers = new Map<CFunction, Callers>();
  private tables: ReadonlyMap<string, ReadonlySet<string>> | null = null;
  private pointers: ReadonlyMap<string, readonly Call[]> | null = null;
  private readonly above = new Map<CFunction, ReadonlySet<string>>();

  constructor(readonly program: Program) {
    this.entry = new EntryLocks(program);
    this.ownership = new Ownership(program);
    const fields = new Map<string, FieldAccess[]>();
    for (const f of program.functions) {
      if (!f.fn.whole || f.fn.errors > 0 || !program.facts(f).complete) continue;
      for (const access of this.accessesOf(f)) {
        const key = `${folderOf(f.file.path)} ${access.field.name}`;
        const list = fields.get(key);
        if (list === undefined) fields.set(key, [access]);
        else list.push(access);
      }
    }
    this.fields = fields;
  }

  private accessesOf(f: ProgramFunction): FieldAccess[] {
    const out: FieldAccess[] = [];
    for (const event of this.program.facts(f).events) {
      if ((event.kind !== "read" && event.kind !== "write") || event.via.length > 0) continue;
      const field = classOfField(event.place);
      if (field?.owner == null || this.ownership.isPrivate(f, event.place)) continue;
      out.push({ f, event, field, guards: this.guardsAt(f, event, field) });
    }
    return out;
  }

  /** Locks held at an event, seen from a field's owner: taken here, or held by all callers in view. */
  guardsAt(f: ProgramFunction, event: Event, field: ClassedField): HeldGuard[] {
    const { inView } = this.entry.of(f);
    const kept = inView.filter((h) => !event.given.has(h.lock.key) && !event.held.some((o) => o.lock === h.lock));
    return [...event.held, ...kept].map((held) => ({
      name: classOfField(held.lock)?.name ?? "",
      word: held.lock.name,
      relation: field.owner === null ? null : relationOf(field.owner, held.lock),
      held,
    }));
  }

  /** Classes of locks that some call chain in view holds when the function is entered. */
  heldAbove(f: ProgramFunction): ReadonlySet<string> {
    const known = this.above.get(f.fn);
    if (known !== undefined) return known;
    const out = new Set<string>();
    const seen = new Set<CFunction>([f.fn]);
    const work = [f];
    for (let g = work.pop(); g !== undefined; g = work.pop()) {
      const { callers, classes } = this.callersOf(g);
      for (const name of classes) out.add(name);
      for (const caller of callers) {
        if (seen.has(caller.fn)) continue;
        seen.add(caller.fn);
        work.push(caller);
      }
    }
    this.above.set(f.fn, out);
    return out;
  }

  /** Who calls a function, by name or through a field that a table sets to it, and the classes of locks held at the calls. */
  private callersOf(f: ProgramFunction): Callers {
    const known = this.callers.get(f.fn);
    if (known !== undefined) return known;
    const callers = new Set<ProgramFunction>();
    const classes = new Set<string>();
    const note = ({ f: caller, event }: Call): void => {
      callers.add(caller);
      for (const h of event.held) classes.add(classOfField(h.lock)?.name ?? `?.${h.lock.name}`);
    };
    for (const caller of this.program.callersOf(f)) {
      for (const event of this.program.facts(caller).events)
        if (event.kind === "call" && event.name === f.fn.name) note({ f: caller, event });
    }
    this.pointers ??= indirectCalls(this.program);
    for (const field of this.tableFields().get(f.fn.name) ?? [])
      for (const c of this.pointers.get(field) ?? []) note(c);
    const found = { callers: [...callers], classes };
    this.callers.set(f.fn, found);
    return found;
  }

  private tableFields(): ReadonlyMap<string, ReadonlySet<string>> {
    if (this.tables !== null) return this.tables;
    const out = new Map<string, Set<string>>();
    for (const { target, field } of this.program.tables)
      if (field !== "") out.set(target, (out.get(target) ?? new Set()).add(field));
    this.tables = out;
    return out;
  }
}
