/** Reads a GraphQL request: one operation with variables, arguments, aliases and inline fragments; no named fragments. */

export interface Field {
  alias: string;
  name: string;
  args: Record<string, unknown>;
  fields: Field[];
  /** The type of the inline fragment that the field stands in. */
  on: string | null;
}
export interface Document {
  kind: "query" | "mutation";
  fields: Field[];
}

export class GraphqlError extends Error {}

const TOKEN = /[\s,]+|#[^\n]*|(\.\.\.|[!$():=@[\]{}|]|[A-Za-z_]\w*|-?\d+(?:\.\d+)?|"(?:[^"\\\n]|\\.)*")/y;

function tokens(text: string): string[] {
  const found: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new GraphqlError(`Parse error on ${JSON.stringify(text[at])}`);
    if (match[1] !== undefined) found.push(match[1]);
  }
  return found;
}

/** An enum's value, told apart from a string: GraphQL takes neither for the other. */
export class Enum {
  constructor(readonly name: string) {}
}

class Parser {
  #at = 0;
  readonly #tokens: string[];

  constructor(
    text: string,
    readonly variables: Record<string, unknown>,
  ) {
    this.#tokens = tokens(text);
  }

  get #peek(): string {
    return this.#tokens[this.#at] ?? "";
  }

  #next(expected?: string): string {
    const token = this.#peek;
    if (token === "" || (expected !== undefined && token !== expected)) {
      throw new GraphqlError(`Parse error: expected ${expected ?? "more"}, found ${JSON.stringify(token)}`);
    }
    this.#at++;
    return token;
  }

  #take(token: string): boolean {
    if (this.#peek !== token) return false;
    this.#at++;
    return true;
  }

  document(): Document {
    const word = this.#peek === "{" ? "query" : this.#next();
    if (word !== "query" && word !== "mutation") throw new GraphqlError(`Parse error on ${JSON.stringify(word)}`);
    if (/^\w/.test(this.#peek)) this.#next();
    if (this.#take("(")) this.#declarations();
    const fields = this.#selection(null);
    if (this.#peek !== "")
      throw new GraphqlError(`Parse error on ${JSON.stringify(this.#peek)}: one operation is modelled`);
    return { kind: word, fields };
  }

  /** Variables must be given where their type ends in "!"; what is declared is not compared with its use. */
  #declarations(): void {
    while (!this.#take(")")) {
      this.#next("$");
      const name = this.#next();
      this.#next(":");
      let type = "";
      while (/^[\w[\]!]+$/.test(this.#peek)) type += this.#next();
      if (this.#take("=")) this.variables[name] ??= this.#value();
      if (type.endsWith("!") && (this.variables[name] ?? null) === null) {
        throw new GraphqlError(`Variable $${name} of type ${type} was provided invalid value`);
      }
      this.variables[name] ??= null;
    }
  }

  #selection(on: string | null): Field[] {
    const fields: Field[] = [];
    this.#next("{");
    while (!this.#take("}")) {
      if (this.#take("...")) {
        if (this.#next() !== "on") throw new GraphqlError("named fragments are not modelled");
        fields.push(...this.#selection(this.#next()));
      } else fields.push(this.#field(on));
    }
    return fields;
  }

  #field(on: string | null): Field {
    const first = this.#next();
    if (!/^[A-Za-z_]/.test(first)) throw new GraphqlError(`Parse error on ${JSON.stringify(first)}`);
    const name = this.#take(":") ? this.#next() : first;
    const args = this.#take("(") ? this.#pairs(")") : {};
    return { alias: first, name, args, fields: this.#peek === "{" ? this.#selection(null) : [], on };
  }

  #pairs(end: string): Record<string, unknown> {
    const pairs: Record<string, unknown> = {};
    while (!this.#take(end)) {
      const name = this.#next();
      this.#next(":");
      pairs[name] = this.#value();
    }
    return pairs;
  }

  #value(): unknown {
    const token = this.#next();
    if (token === "{") return this.#pairs("}");
    if (token === "[") {
      const list: unknown[] = [];
      while (!this.#take("]")) list.push(this.#value());
      return list;
    }
    if (token === "$") {
      const name = this.#next();
      if (!Object.hasOwn(this.variables, name)) throw new GraphqlError(`Variable $${name} is used but not declared`);
      return this.variables[name];
    }
    if (/^["\-\d]/.test(token)) return JSON.parse(token);
    if (token === "true" || token === "false" || token === "null") return JSON.parse(token);
    return new Enum(token);
  }
}

export const parseGraphql = (text: string, variables: Record<string, unknown>): Document =>
  new Parser(text, { ...variables }).document();
