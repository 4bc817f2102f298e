/** What is said where a page cannot be shown. */
import { html } from "../markup.js";
import type { View } from "./shell.js";
import { REFUSALS, type Refusal } from "./words.js";

/** A request that was not answered. */
export const refusalPage = (status: Refusal): View => {
  const [title, text] = REFUSALS[status];
  const main = html`<p class="refused">${text}</p>${status === 401 ? html`\n<p><a href="/sign-in">Sign in</a></p>` : null}`;
  return { title, data: { error: { status, title, text } }, main };
};
