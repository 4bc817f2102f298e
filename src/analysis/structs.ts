/** The structs in view, and what is known of their fields. Parts of a struct that several files show are put together. */
import type { CStruct, StructField, TypeRef } from "../source/ast.js";

export class Structs {
  private readonly structs = new Map<string, CStruct>();
  private guarded: boolean | null = null;

  constructor(shown: Iterable<CStruct>) {
    for (const struct of shown) this.add(struct);
  }

  private add(struct: CStruct): void {
    const own = this.structs.get(struct.name);
    if (own === undefined) this.structs.set(struct.name, struct);
    else {
      const whole = own.whole || struct.whole;
      this.structs.set(struct.name, { ...own, whole, fields: [...own.fields, ...struct.fields] });
    }
  }

  /** All of them, by name. */
  get byName(): ReadonlyMap<string, CStruct> {
    return this.structs;
  }

  has(name: string): boolean {
    return this.structs.has(name);
  }

  private field(struct: string, name: string): StructField | undefined {
    return this.structs.get(struct)?.fields.find((f) => f.name === name);
  }

  fieldType(struct: string, field: string): TypeRef | null {
    return this.field(struct, field)?.type ?? null;
  }

  /** True when a struct was seen whole and has no such path of fields ("arch.mp_state_lock"): what names it cannot be meant. */
  lacksField(struct: string, path: string): boolean {
    let at = struct;
    for (const name of path.split(".")) {
      const own = this.structs.get(at);
      if (own === undefined) return false;
      const field = this.field(at, name);
      if (field === undefined) return own.whole;
      at = field.type.name;
    }
    return false;
  }

  /** Whether any of them has a field that names its lock. */
  get hasGuardedFields(): boolean {
    this.guarded ??= [...this.structs.values()].some((s) => s.fields.some((f) => f.guardedBy !== null));
    return this.guarded;
  }

  /** The annotation at a field that names its lock, or null. */
  guardOf(struct: string, field: string): StructField["guardedBy"] {
    return this.field(struct, field)?.guardedBy ?? null;
  }
}
