/** Pages of the set-up: one button that takes the manifest to GitHub, and what is done when it comes back. */

const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.codePointAt(0)};`);

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 42rem; margin: 3rem auto; padding: 0 1rem; }
pre { overflow-x: auto; padding: 1rem; border: 1px solid; }
button { font: inherit; padding: 0.5rem 1rem; }
</style>
</head>
<body>
<h1>${escaped(title)}</h1>
${body}
</body>
</html>
`;

/** The page with the button. `target` is where GitHub takes manifests. */
export const startPage = (target: string, manifest: Record<string, unknown>): string => {
  const text = JSON.stringify(manifest, null, 2);
  return page(
    "Make the GitHub App",
    `<p>The button takes this manifest to GitHub, which asks for the App's name and comes back here.</p>
<form action="${escaped(target)}" method="post">
<input type="hidden" name="manifest" value="${escaped(text)}">
<p><button type="submit">Go to GitHub</button></p>
</form>
<pre>${escaped(text)}</pre>`,
  );
};

/** The page after the App was made. */
export const donePage = (install: string): string =>
  page(
    "The App is made",
    `<p>Its configuration and keys are written. Next, <a href="${escaped(install)}">install it on repositories</a>;
the terminal says how to start it.</p>`,
  );

/** A page that says what went wrong. */
export const failedPage = (why: string): string => page("The App was not made", `<p>${escaped(why)}</p>`);
