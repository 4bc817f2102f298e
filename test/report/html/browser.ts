/** A page in Debian's Chromium, as a person sees it: what it asks for, what it complains of, how it is laid out. */
import { type Browser, chromium, type Page } from "playwright-core";

export const CHROMIUM = "/usr/bin/chromium";

export interface Look {
  scheme: "light" | "dark";
  width: number;
}

/** The four ways in which each page is looked at. */
export const LOOKS: Look[] = (["light", "dark"] as const).flatMap((scheme) =>
  [1280, 400].map((width) => ({ scheme, width })),
);

export interface Opened {
  page: Page;
  /** Errors and warnings of the console, and requests beside the page itself. */
  complaints: string[];
  close(): Promise<void>;
}

// Tests run as root in containers, where the sandbox cannot be had.
export const launch = (): Promise<Browser> => chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });

/** Opens a page that is a file. */
export const open = async (browser: Browser, url: string, { scheme, width }: Look): Promise<Opened> => {
  const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height: 900 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (request.url() !== url) complaints.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, complaints, close: () => context.close() };
};

/**
 * Text whose contrast to what is behind it is below 4.5 (WCAG 2.2, 1.4.3; relative luminance as defined there). Run in the
 * page, so it is text; folded parts are unfolded first.
 */
export const FAINT_TEXT = String.raw`(() => {
  for (const part of document.querySelectorAll("details")) part.open = true;
  const parse = (colour) => colour.match(/[\d.]+/g).map(Number);
  const share = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * share(r) + 0.7152 * share(g) + 0.0722 * share(b);
  const behind = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const faint = new Set();
  let looked = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.textContent.trim() === "" || element.closest(".sr") !== null) continue;
    looked += 1;
    const [light, dark] = [parse(getComputedStyle(element).color), behind(element)].map(luminance).sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < 4.5) faint.add(contrast.toFixed(2) + " " + element.tagName + "." + element.className + ": " + node.textContent.slice(0, 40));
  }
  return { looked, faint: [...faint] };
})()`;
