/**
 * Kernel C as the analysis sees it: plain objects, made once from the concrete tree and free of the parser. Offsets `at`
 * are indices into the file's text; a line number is looked up only when something is reported.
 */

export type Expr =
  | { kind: "id"; name: string; at: number }
  | { kind: "number"; text: string; at: number }
  | { kind: "string"; at: number }
  | { kind: "member"; base: Expr; field: string; arrow: boolean; at: number }
  | { kind: "index"; base: Expr; index: Expr; at: number }
  | { kind: "unary"; op: string; arg: Expr; at: number }
  | { kind: "binary"; op: string; left: Expr; right: Expr; at: number }
  | { kind: "assign"; op: string; left: Expr; right: Expr; at: number }
  | { kind: "call"; callee: Expr; args: Expr[]; at: number }
  | { kind: "cond"; test: Expr; yes: Expr | null; no: Expr; at: number }
  | { kind: "cast"; type: TypeRef; arg: Expr; at: number }
  | { kind: "comma"; left: Expr; right: Expr; at: number }
  | { kind: "block"; body: Stmt[]; at: number }
  | { kind: "init"; entries: { name: string | null; value: Expr }[]; at: number }
  | { kind: "sizeof"; at: number }
  | { kind: "unknown"; what: string; parts: Expr[]; at: number };

/** A type as far as the analysis needs it: the struct (or typedef) at the root and how many pointers lead to it. */
export interface TypeRef {
  /** "kvm_vcpu" for `struct kvm_vcpu *`; the typedef's or primitive's name otherwise; "" when unknown. */
  name: string;
  pointers: number;
  /** True when the name is a struct or union tag. */
  tag: boolean;
}

export interface Declarator {
  name: string;
  type: TypeRef;
  init: Expr | null;
  isStatic: boolean;
  /** The function of `__free(name)`, the scope-based cleanup of include/linux/cleanup.h; null when there is none. */
  cleanup: string | null;
  at: number;
}

export type Stmt =
  | { kind: "expr"; expr: Expr; at: number }
  | { kind: "decl"; declarators: Declarator[]; at: number }
  | { kind: "block"; body: Stmt[]; at: number; end: number }
  | { kind: "if"; test: Expr; yes: Stmt; no: Stmt | null; at: number }
  | { kind: "while"; test: Expr; body: Stmt; at: number; end: number }
  | { kind: "do"; body: Stmt; test: Expr; at: number; end: number }
  | { kind: "for"; init: Stmt | null; test: Expr | null; step: Expr | null; body: Stmt; at: number; end: number }
  /** An iteration macro (kvm_for_each_vcpu) or scoped_guard: `name` is the macro, `args` its arguments. */
  | { kind: "macro-loop"; name: string; args: Expr[]; body: Stmt; at: number; end: number }
  | { kind: "switch"; test: Expr; body: Stmt; at: number }
  | { kind: "case"; value: Expr | null; body: Stmt[]; at: number }
  | { kind: "label"; name: string; body: Stmt | null; at: number }
  | { kind: "goto"; label: string; at: number }
  | { kind: "return"; value: Expr | null; at: number }
  | { kind: "break"; at: number }
  | { kind: "continue"; at: number }
  | { kind: "empty"; at: number }
  | { kind: "unknown"; what: string; at: number };

export interface Param {
  name: string;
  type: TypeRef;
}

/** A lock fact written at a function: `__must_hold(&x->lock)`, `__acquires(lock)`, `__releases(lock)`. */
export interface Annotation {
  name: string;
  args: string;
  at: number;
}

/** One function definition. `at` is where its header starts, `end` just behind the closing brace. */
export interface CFunction {
  name: string;
  params: Param[];
  returns: TypeRef;
  isStatic: boolean;
  isWeak: boolean;
  body: Stmt[];
  at: number;
  end: number;
  annotations: Annotation[];
  /** Number of ERROR and MISSING nodes inside: what the grammar could not read. */
  errors: number;
  /** False when only part of the function is shown (a hunk without a tree): its start or end is unknown. */
  whole: boolean;
}

/** `.handler = f` in an initializer of type `struct tableType`, also nested; the roots of the call graph. */
export interface TableEntry {
  tableType: string;
  table: string;
  field: string;
  target: string;
  at: number;
}

export interface StructField {
  name: string;
  type: TypeRef;
  /** What `__guarded_by(&lock)` or `__pt_guarded_by(&lock)` at the field names; null when there is none. */
  guardedBy: { lock: string; pointee: boolean } | null;
  /** Where its declaration starts and ends. */
  at: number;
  end: number;
}

/** A declaration or file-level macro that names a function: `int f(struct x *x) __must_hold(&x->lock);`. */
export interface Prototype {
  name: string;
  /** What stands in the parentheses. */
  args: string;
  at: number;
  end: number;
  annotations: Annotation[];
  /** False for `late_initcall(f);`: nothing stands before the name, so it is a macro that is given `args`. */
  typed: boolean;
}

export interface CStruct {
  name: string;
  fields: StructField[];
  at: number;
  /** False when it was read from a hunk: there may be fields that are not shown. */
  whole: boolean;
}

export interface CComment {
  text: string;
  at: number;
  end: number;
}

/** An object-like or function-like macro as it is defined; `params` is null for an object-like one. */
export interface MacroDef {
  name: string;
  params: string[] | null;
  body: string;
  at: number;
}

/** A function-like macro that does something: read as a function when it is called. */
export interface MacroFunction {
  name: string;
  /** Parameters and body, as they are written. */
  text: string;
  def: MacroDef;
  /** The macro as a function with untyped parameters; null when its body is no statement or expression. Read once. */
  read: () => CFunction | null;
}

/**
 * The stretch of text that a function was read from, with the comments above it. A function that a newer text of the file
 * holds unchanged is not read again: it keeps its offsets, and `file` is the text they are offsets of.
 */
export interface Unit {
  /** Offsets of the stretch in `file.text`. */
  start: number;
  end: number;
  /** Hash of the pre-passed stretch: with the text itself it says whether another would be read the same way. */
  mark: number;
  /** The file as it was read, with the line numbers of the newer text. */
  file: CFile;
  /** Constructs that were passed over in it, counted. */
  passed: ReadonlyMap<string, number>;
}

/** Everything read from one file (or from one hunk of it). */
export interface CFile {
  path: string;
  text: string;
  /** 1-based line number in the file for an offset of `text`. */
  lineAt: (offset: number) => number;
  functions: CFunction[];
  structs: CStruct[];
  tables: TableEntry[];
  /** Functions of this file that are used as values somewhere in it: who calls them is not known. */
  valueNames: ReadonlySet<string>;
  comments: CComment[];
  macros: readonly MacroFunction[];
  /** Where each function was read from; null for a text that is no whole file. */
  units: ReadonlyMap<CFunction, Unit> | null;
  /** Whether some functions were read from an older text: `units` says which. */
  mixed: boolean;
  /** Functions that are declared here, and file-level macros with what they are given: EXPORT_SYMBOL(f). */
  prototypes: readonly Prototype[];
  /** Constructs that were passed over, by name, counted: shown by --stats. */
  unhandled: ReadonlyMap<string, number>;
}
