/** What an accessible page is like, asked in the page itself: each script gives the faults that it found, so none is an empty list. */

/** Names, labels, headings, tables and the order of the keyboard (WCAG 2.2: 1.3.1, 2.4.1, 2.4.2, 2.4.3, 2.4.6, 3.1.1, 3.3.2, 4.1.2). */
export const FAULTS = `(() => {
  const faults = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const say = (what, element) => faults.push(what + ": " + (element === undefined ? "" : element.outerHTML.slice(0, 120)));
  if (document.documentElement.lang === "") say("no language");
  if (document.title.trim() === "") say("no title");
  for (const name of ["header", "main", "footer"]) if (all("body > " + name).length !== 1) say("not one " + name);
  const skip = document.querySelector("body > a:first-child");
  if (skip === null || document.querySelector(skip.getAttribute("href")) === null) say("no skip link that leads anywhere");
  if (all("h1").length !== 1) say("not one h1");
  let level = 0;
  for (const heading of all("h1,h2,h3,h4,h5,h6")) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) say("a level is left out before", heading);
    level = next;
    if (heading.textContent.trim() === "") say("an empty heading", heading);
  }
  for (const field of all("input:not([type=hidden]),select,textarea"))
    if (field.labels.length === 0 || field.labels[0].textContent.trim() === "") say("no label", field);
  for (const element of all("a[href],button,summary"))
    if (element.textContent.trim() === "" && !element.getAttribute("aria-label")) say("no name", element);
  for (const table of all("table")) {
    if (table.querySelector("thead th") === null) say("no heads of columns", table);
  }
  for (const head of all("th")) if (!["col", "row"].includes(head.scope)) say("no scope", head);
  const named = all("nav").map((nav) => nav.getAttribute("aria-label"));
  if (named.includes(null) || new Set(named).size !== named.length) say("navigations without names of their own");
  for (const element of all("[tabindex]")) if (element.tabIndex > 0) say("a place in the order by hand", element);
  const ids = all("[id]").map(({ id }) => id);
  for (const id of new Set(ids)) if (ids.filter((one) => one === id).length > 1) say("an id twice: " + id);
  for (const link of all("a[href^='#']"))
    if (document.getElementById(link.getAttribute("href").slice(1)) === null) say("leads nowhere", link);
  for (const element of all("script,[style]:not([style='']),style,iframe,object,embed")) say("not allowed here", element);
  const texts = new Map();
  for (const link of all("main a[href]")) {
    const name = link.textContent.trim();
    const known = texts.get(name);
    if (known !== undefined && known !== link.href && /^(here|more|link|feed)$/i.test(name)) say("one name for two", link);
    texts.set(name, link.href);
  }
  return faults;
})()`;

/** Elements that can be acted on and are lower or narrower than 24 px, but for links within text (2.5.8). */
export const SMALL_TARGETS = `(() =>
  [...document.querySelectorAll("button,input:not([type=hidden]),select,nav a")].flatMap((element) => {
    const { width, height } = element.getBoundingClientRect();
    return width < 24 || height < 24 ? [Math.round(width) + "x" + Math.round(height) + " " + element.outerHTML.slice(0, 80)] : [];
  }))()`;

/** Whether what has the focus shows it (2.4.7): an outline that can be seen. */
export const SHOWS_FOCUS = `(() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
})()`;
