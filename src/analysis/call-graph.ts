/**
 * Who calls whom, calls through tables of operations included: `ops->handler(vcpu)` reaches what any table of that struct has in
 * that field, `handlers[nr](vcpu)` what the table holds. What a pointer may be is never guessed from its name alone.
 */
import type { ProgramFunction } from "./definitions.js";
import type { CallEvent, LockEvent, Pointer } from "./events.js";
import type { EntryClass } from "./models.js";
import type { Program } from "./program.js";

/** One call, and one function that it may reach. */
export interface CallEdge {
  caller: ProgramFunction;
  callee: ProgramFunction;
  event: CallEvent;
}

type Table = Program["tables"][number];

export class CallGraph {
  private readonly locks = new Map<ProgramFunction, readonly LockEvent[]>();
  private readonly out = new Map<ProgramFunction, readonly CallEdge[]>();
  private readonly inView: ReadonlySet<ProgramFunction>;
  private readonly byField = new Map<string, Table[]>();
  private readonly tableNames: ReadonlySet<string>;

  constructor(readonly program: Program) {
    this.inView = new Set(program.definitions.all);
    this.tableNames = new Set(program.tables.map((t) => t.table));
    for (const entry of program.tables) {
      const list = this.byField.get(entry.field);
      if (list === undefined) this.byField.set(entry.field, [entry]);
      else list.push(entry);
    }
  }

  /** Locks that a function takes or gives back, itself or in callees. */
  locksIn(f: ProgramFunction): readonly LockEvent[] {
    const known = this.locks.get(f);
    if (known !== undefined) return known;
    const locks = this.program.facts(f).events.filter((e): e is LockEvent => e.kind === "lock" || e.kind === "unlock");
    this.locks.set(f, locks);
    return locks;
  }

  /** Calls that a function makes itself, with every function in view that each may reach. */
  callsFrom(f: ProgramFunction): readonly CallEdge[] {
    const known = this.out.get(f);
    if (known !== undefined) return known;
    const edges: CallEdge[] = [];
    for (const event of this.program.facts(f).events) {
      if (event.kind !== "call") continue;
      for (const callee of this.targets(f, event)) edges.push({ caller: f, callee, event });
    }
    this.out.set(f, edges);
    return edges;
  }

  private targets(f: ProgramFunction, event: CallEvent): ProgramFunction[] {
    if (event.through !== null) return this.pointedTo(event.through);
    const callee = this.program.resolve(event.name, f.file);
    return callee !== null && this.inView.has(callee) ? [callee] : [];
  }

  private pointedTo(pointer: Pointer): ProgramFunction[] {
    const fitting = (this.byField.get(pointer.field) ?? []).filter((t) => this.fits(t, pointer));
    // A field of an unknown struct is believed only where one kind of table has it.
    if (!this.isKnown(pointer) && new Set(fitting.map((t) => t.tableType)).size !== 1) return [];
    return [...new Set(fitting.flatMap((t) => this.targetOf(t)))];
  }

  private isKnown({ type, table }: Pointer): boolean {
    return type !== null || (table !== null && this.tableNames.has(table));
  }

  private fits(entry: Table, pointer: Pointer): boolean {
    if (pointer.table !== null && entry.table === pointer.table) return true;
    return pointer.type === null ? !this.isKnown(pointer) : entry.tableType === pointer.type;
  }

  private targetOf(entry: Table): ProgramFunction[] {
    const target = this.program.resolve(entry.target, entry.file);
    return target !== null && this.inView.has(target) ? [target] : [];
  }

  /** The functions by which threads of an entry class come in: by name, and as targets of tables. */
  rootsOf(entry: EntryClass): ProgramFunction[] {
    const named = [...entry.functions].flatMap((name) => this.program.named(name));
    const roots = new Set(this.program.definitions.inOrder(named));
    for (const { type, name, fields } of entry.tables) {
      for (const table of this.program.tables) {
        const isMeant = (type === null || table.tableType === type) && (name === null || table.table === name);
        if (isMeant && (fields.length === 0 || fields.includes(table.field)))
          for (const f of this.targetOf(table)) roots.add(f);
      }
    }
    return [...roots];
  }
}
