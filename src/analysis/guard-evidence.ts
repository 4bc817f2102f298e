/**
 * What the code itself says about which lock guards a field: every access to each field, with the locks held there. Nobody needs
 * to write a rule for that (Engler et al., "Bugs as Deviant Behavior", SOSP 2001); accesses to objects that no other thread can
 * see are left out (ownership.ts).
 */
import type { CFunction } from "../source/ast.js";
import type { ProgramFunction } from "./definitions.js";
import { EntryLocks } from "./entry-locks.js";
import type { AccessEvent, CallEvent, Event } from "./events.js";
import type { FactIndex } from "./fact-index.js";
import { type ClassedField, classOfField, relationOf } from "./field-class.js";
import type { FunctionFacts } from "./function-facts.js";
import { digestOf } from "./lock-digest.js";
import { Ownership } from "./ownership.js";
import type { Program } from "./program.js";
import type { Held } from "./state.js";
import { Answers } from "./trace.js";

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

interface Callers {
  callers: readonly ProgramFunction[];
  classes: ReadonlySet<string>;
}

/** The last field on the way of a call through a pointer: "run" of `ops->run(x)`; undefined for a call by name. */
function fieldCalled({ name }: CallEvent): string | undefined {
  const words = name.split(/->|\./);
  return words.length > 1 ? words.at(-1) : undefined;
}

export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);

interface RawAccess {
  event: AccessEvent;
  field: ClassedField;
}

const grouped = new WeakMap<FunctionFacts, ReadonlyMap<string, readonly RawAccess[]>>();

/** A function's own accesses to fields of objects, by the field's class; whoever can see the object. */
function byClass(facts: FunctionFacts): ReadonlyMap<string, readonly RawAccess[]> {
  const known = grouped.get(facts);
  if (known !== undefined) return known;
  const out = new Map<string, RawAccess[]>();
  for (const event of facts.events) {
    if ((event.kind !== "read" && event.kind !== "write") || event.via.length > 0) continue;
    const field = classOfField(event.place);
    if (field?.owner == null) continue;
    const list = out.get(field.name);
    if (list === undefined) out.set(field.name, [{ event, field }]);
    else list.push({ event, field });
  }
  grouped.set(facts, out);
  return out;
}

const isEvidence = (f: ProgramFunction, facts: FunctionFacts): boolean =>
  f.fn.whole && f.fn.errors === 0 && facts.complete;

/** What guard evidence looks functions up by: fields touched, fields written, fields that calls go through. */
export function* evidenceWords(f: ProgramFunction, facts: FunctionFacts): Generator<string> {
  for (const event of facts.events) {
    if (event.kind !== "call") continue;
    const field = fieldCalled(event);
    if (field !== undefined) yield `calls through ${field}`;
    if (event.held.length > 0) yield `holds at ${field === undefined ? event.name : `.${field}`}`;
  }
  if (!isEvidence(f, facts)) return;
  const folder = folderOf(f.file.path);
  for (const [name, accesses] of byClass(facts)) {
    yield `touches ${folder} ${name}`;
    if (accesses.some((a) => a.event.kind === "write")) yield `writes ${folder} ${name}`;
  }
}

/** Accesses of a program's functions to fields that others may touch, by folder and field. */
export class GuardEvidence {
  readonly entry: EntryLocks;
  readonly ownership: Ownership;
  private readonly rows: Answers<CFunction, Answers<string, readonly FieldAccess[]>>;
  private readonly callers: Answers<CFunction, Callers>;
  private readonly above: Answers<CFunction, ReadonlySet<string>>;
  private tables: ReadonlyMap<string, ReadonlySet<string>> | null = null;

  constructor(
    readonly program: Program,
    private readonly index: FactIndex,
  ) {
    this.entry = new EntryLocks(program);
    this.ownership = new Ownership(program);
    this.rows = new Answers(program.trace);
    this.callers = new Answers(program.trace);
    this.above = new Answers(program.trace);
  }

  /** Folders and fields, "folder struct.field", that some function writes. */
  get written(): string[] {
    return this.index.words("writes ").map((word) => word.slice("writes ".length));
  }

  /** Folders and fields that a function touches, in the order in which it does. */
  touchedBy(f: ProgramFunction): string[] {
    const facts = this.program.facts(f);
    const folder = folderOf(f.file.path);
    return isEvidence(f, facts) ? [...byClass(facts).keys()].map((name) => `${folder} ${name}`) : [];
  }

  /** Accesses to a field in a folder, in order of files and places. */
  accesses(key: string): FieldAccess[] {
    return this.index.with(`touches ${key}`).flatMap((f) => this.accessesIn(f, key));
  }

  /** Those that write. */
  writes(key: string): FieldAccess[] {
    const all = this.index.with(`writes ${key}`).flatMap((f) => this.accessesIn(f, key));
    return all.filter((a) => a.event.kind === "write");
  }

  private accessesIn(f: ProgramFunction, key: string): readonly FieldAccess[] {
    const name = key.slice(key.lastIndexOf(" ") + 1);
    const own = this.rows.of(f.fn, () => new Answers<string, readonly FieldAccess[]>(this.program.trace));
    return own.of(name, () =>
      (byClass(this.program.facts(f)).get(name) ?? []).flatMap(({ event, field }) =>
        this.ownership.isPrivate(f, event.place) ? [] : [{ f, event, field, guards: this.guardsAt(f, event, field) }],
      ),
    );
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
    return this.above.of(f.fn, () => {
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
      return out;
    });
  }

  /** Who calls a function, by name or through a field that a table sets to it, and the classes of locks held at the calls. */
  private callersOf(f: ProgramFunction): Callers {
    return this.callers.of(f.fn, () => {
      const callers = new Set(this.program.namesOfCallers(f));
      const classes = new Set<string>();
      const note = (caller: ProgramFunction, isMeant: (e: CallEvent) => boolean): void => {
        for (const event of digestOf(this.program.facts(caller)).calls)
          if (isMeant(event)) for (const h of event.held) classes.add(classOfField(h.lock)?.name ?? `?.${h.lock.name}`);
      };
      for (const caller of this.index.with(`holds at ${f.fn.name}`))
        if (callers.has(caller)) note(caller, (e) => e.name === f.fn.name);
      for (const field of this.tableFields().get(f.fn.name) ?? []) {
        for (const caller of this.index.with(`calls through ${field}`)) callers.add(caller);
        for (const caller of this.index.with(`holds at .${field}`)) note(caller, (e) => fieldCalled(e) === field);
      }
      return { callers: [...callers], classes };
    });
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
