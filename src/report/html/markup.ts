/**
 * HTML that cannot be forgotten to be escaped: text becomes part of a page only through {@link html}, which escapes every
 * value that is not markup already, and spells out the controls that would reorder or hide what strangers wrote.
 */
import { visibleLines } from "../visible.js";

/** A piece of a page, sound as it stands. Made by {@link html} only. */
export class Markup {
  readonly text: string;
  private constructor(text: string) {
    this.text = text;
  }

  /** Joins literal parts, which this program wrote, with values, which anyone may have written. */
  static join(parts: readonly string[], values: readonly Value[]): Markup {
    let text = parts[0] ?? "";
    for (let at = 0; at < values.length; at += 1) text += textOf(values[at] ?? null) + (parts[at + 1] ?? "");
    return new Markup(text);
  }
}

/** What may stand between the parts: null is nothing, lists stand side by side. */
type Value = Markup | string | number | null | readonly Value[];

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text for content and for attributes between double quotes (WHATWG HTML, "Escaping a string"). */
const escapeHtml = (text: string): string => visibleLines(text).replace(/[&<>"]/g, (found) => ENTITIES[found] ?? "");

const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

const textOf = (value: Value): string => {
  if (value === null) return "";
  if (value instanceof Markup) return value.text;
  return isList(value) ? value.map(textOf).join("") : escapeHtml(String(value));
};

/** A template whose values are escaped. Attribute values are written between double quotes. */
export const html = (parts: TemplateStringsArray, ...values: Value[]): Markup => Markup.join(parts, values);

/** A link, as callers give it: a page of an archive, or of another reviewer. */
export interface PageLink {
  label: string;
  url: string;
}

/** The link, or its label alone where the address is not one of the web (`javascript:` and its like, credentials). */
export const webLink = ({ label, url }: PageLink): Markup => {
  const target = URL.canParse(url) ? new URL(url) : null;
  const isWeb = target !== null && (target.protocol === "https:" || target.protocol === "http:");
  if (!isWeb || target.username !== "" || target.password !== "") return html`${label}`;
  return html`<a href="${target.href}" rel="noreferrer nofollow">${label}</a>`;
};
