/** Locks that the code names in words for a field: `__guarded_by(&lock)`, or a comment such as "Protected by kvm->lock". */
import { guardsNamed } from "../../analysis/lock-comment.js";
import type { Program } from "../../analysis/program.js";
import type { CFile, CStruct, StructField } from "../../source/ast.js";

export interface DeclaredGuard {
  /** "struct.field". */
  field: string;
  /** The lock's last word. */
  word: string;
  how: "__guarded_by" | "comment";
  path: string;
  line: number;
}

/** The comment directly above a field, or behind it on its line. */
function commentsAt(file: CFile, { at, end }: StructField): string[] {
  return file.comments
    .filter((c) => {
      const above = c.end <= at && file.text.slice(c.end, at).trim() === "" && startsLine(file, c.at);
      const behind = c.at >= end && /^[;\t ]*$/.test(file.text.slice(end, c.at));
      return above || behind;
    })
    .map((c) => c.text);
}

/** A comment behind another field is that one's. */
const startsLine = ({ text }: CFile, at: number): boolean =>
  text.slice(text.lastIndexOf("\n", at - 1) + 1, at).trim() === "";

function ofField(file: CFile, struct: CStruct, field: StructField): DeclaredGuard[] {
  const base = { field: `${struct.name}.${field.name}`, path: file.path, line: file.lineAt(field.at) };
  const own = field.guardedBy?.lock
    .split(/->|\.|&|\(|\)/)
    .filter((w) => /^\w+$/.test(w))
    .at(-1);
  const annotated: DeclaredGuard[] = own === undefined ? [] : [{ ...base, word: own, how: "__guarded_by" }];
  const said = commentsAt(file, field).flatMap((text) =>
    guardsNamed(text).map(
      ({ root, fields }): DeclaredGuard => ({ ...base, word: fields.at(-1) ?? root, how: "comment" }),
    ),
  );
  return [...annotated, ...said];
}

/** All locks that are named in words for fields of the structs in view, by field. */
export function declaredGuards(program: Program): Map<string, DeclaredGuard[]> {
  const out = new Map<string, DeclaredGuard[]>();
  for (const file of program.files)
    for (const struct of file.structs)
      for (const field of struct.fields)
        for (const found of ofField(file, struct, field))
          out.set(found.field, [...(out.get(found.field) ?? []), found]);
  return out;
}
