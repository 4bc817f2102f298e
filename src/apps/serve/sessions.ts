/**
 * Sessions of operators. A cookie says who it is until when, and is signed; nothing is kept of it but those that were ended before
 * their time. The key that signs it is made of the operator's password hash too, so that another password ends all sessions.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

export interface Operator {
  name: string;
  password: string;
}

export interface Session {
  name: string;
  id: string;
  /** Milliseconds since 1970. */
  until: number;
}

/** More sessions that were ended early than these are not kept in mind; the oldest would have run out first. */
const MAX_ENDED = 10_000;

const TOKEN = /^([A-Za-z0-9][\w.@-]{0,63})\.(\d{1,16})\.([\w-]{22})\.([\w-]{43})$/;

export class Sessions {
  readonly #ended = new Map<string, number>();
  readonly #secret: string;
  readonly #operators: readonly Operator[];
  readonly #hours: number;

  constructor(secret: string, operators: readonly Operator[], hours: number) {
    this.#secret = secret;
    this.#operators = operators;
    this.#hours = hours;
  }

  /** Begins one; the text is for the cookie. */
  begin({ name, password }: Operator, now: number): string {
    const until = now + this.#hours * 3_600_000;
    const text = `${name}.${until}.${randomBytes(16).toString("base64url")}`;
    return `${text}.${this.#sign("session", text, password)}`;
  }

  /** The session of a cookie; null for one that is over, or that nobody here has signed. */
  read(cookie: string | undefined, now: number): Session | null {
    const [, name = "", until = "", id = "", signature = ""] = TOKEN.exec(cookie ?? "") ?? [];
    const operator = this.#operators.find((one) => one.name === name);
    if (operator === undefined) return null;
    const isOurs = same(signature, this.#sign("session", `${name}.${until}.${id}`, operator.password));
    if (!isOurs || Number(until) <= now || this.#ended.has(id)) return null;
    return { name, id, until: Number(until) };
  }

  /** Ends one before its time. */
  end({ id, until }: Session, now: number): void {
    for (const [old, at] of this.#ended) if (at <= now || this.#ended.size >= MAX_ENDED) this.#ended.delete(old);
    this.#ended.set(id, until);
  }

  /** The token that the forms of a session carry. `of`: its id, or what a visitor's own cookie holds. */
  csrf(of: string): string {
    return this.#sign("form", of, "");
  }

  /** Whether a form carries the token of a session. */
  isCsrf(token: string, of: string): boolean {
    return of !== "" && same(token, this.csrf(of));
  }

  /** What a visitor's cookie holds before the sign-in. */
  visitor(): string {
    return randomBytes(16).toString("base64url");
  }

  #sign(use: string, text: string, more: string): string {
    return createHmac("sha256", this.#secret)
      .update(JSON.stringify([use, text, more]))
      .digest("base64url");
  }
}

function same(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
