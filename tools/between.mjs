// The part of a document that a program writes: from `<!-- generated: NAME -->` to the next `<!-- end -->`.

/** The document with another text there. Throws where it has no such marks. */
export function between(document, name, text) {
  const start = `<!-- generated: ${name} -->\n`;
  const from = document.indexOf(start) + start.length;
  const to = document.indexOf("<!-- end -->", from);
  if (from < start.length || to < 0) throw new Error(`the document has no marks for ${name}`);
  return `${document.slice(0, from)}${text}${document.slice(to)}`;
}
