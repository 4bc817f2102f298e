/**
 * The only place that knows web-tree-sitter: text in, plain syntax nodes out. The concrete tree is deleted at once (its
 * memory belongs to the wasm heap and is not collected).
 */
import { Language, Parser, type TreeCursor } from "web-tree-sitter";

/** A node of the concrete syntax tree; anonymous nodes are kept only where they name an operator. */
export interface SyntaxNode {
  type: string;
  field: string | null;
  start: number;
  end: number;
  children: SyntaxNode[];
}

export interface SyntaxTree {
  root: SyntaxNode;
  /** Number of ERROR and MISSING nodes. */
  errors: number;
}

/** A parser of plain C: offsets of the result are indices into the given string plus `base`. */
export type ParseC = (text: string, base?: number) => SyntaxTree;

/** Below this depth nodes are cut off and counted as an error: no sane code nests so deep, hostile code does. */
const MAX_DEPTH = 600;

class Builder {
  errors = 0;

  constructor(
    private readonly cursor: TreeCursor,
    private readonly base: number,
  ) {}

  build(depth: number): SyntaxNode {
    const c = this.cursor;
    const type = c.nodeType;
    if (type === "ERROR" || c.nodeIsMissing) this.errors++;
    const node: SyntaxNode = {
      type,
      field: c.currentFieldName,
      start: c.startIndex + this.base,
      end: c.endIndex + this.base,
      children: [],
    };
    if (depth > MAX_DEPTH) {
      this.errors++;
      return node;
    }
    if (c.gotoFirstChild()) {
      do {
        if (c.nodeIsNamed || c.currentFieldName === "operator") node.children.push(this.build(depth + 1));
        else if (c.nodeIsMissing) this.errors++;
      } while (c.gotoNextSibling());
      c.gotoParent();
    }
    return node;
  }
}

/**
 * Makes the parser from the bytes of the runtime (web-tree-sitter.wasm) and of the grammar (tree-sitter-c.wasm). The bytes
 * are read in io/, so that this stage touches no files. Throws when the two do not fit together.
 */
export async function createParser(runtime: Uint8Array, grammar: Uint8Array): Promise<ParseC> {
  await Parser.init({ wasmBinary: runtime } as Parameters<typeof Parser.init>[0]);
  const parser = new Parser();
  parser.setLanguage(await Language.load(grammar));
  return (text, base = 0) => {
    const tree = parser.parse(text);
    if (tree === null) return { root: { type: "ERROR", field: null, start: base, end: base, children: [] }, errors: 1 };
    const cursor = tree.walk();
    try {
      const builder = new Builder(cursor, base);
      return { root: builder.build(0), errors: builder.errors };
    } finally {
      cursor.delete();
      tree.delete();
    }
  };
}
