/**
 * What the body of an answer really is. Servers lie: challenge pages of bot filters come with status 200 in place of what was
 * asked for, `.txt.gz` comes with Content-Encoding, already unpacked or packed twice, and connections end in the middle.
 */
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { SourceError } from "../../watch/source.js";

/** What was asked for. gzip: compressed bytes, given back inflated. text: anything but HTML. html: a page. */
export type Expected = "gzip" | "text" | "html";

const inflate = promisify(gunzip);

/** The content of a body, inflated. @throws SourceError challenge-page, truncated, too-large, malformed */
export async function openBody(
  body: Buffer,
  options: { url: string; encoding: string; expected: Expected; maxInflated: number },
): Promise<Buffer> {
  const encoded = /^\s*(?:x-)?gzip\s*$/i.test(options.encoding);
  let content = body;
  let layers = 0;
  // Neither text nor a page begins like gzip: a server forgot to say that it packed it.
  const most = encoded && options.expected === "gzip" ? 2 : 1;
  while (layers < most && isGzip(content)) {
    content = await inflated(content, options);
    layers++;
  }
  if (options.expected !== "html" && looksLikeHtml(content)) {
    throw new SourceError("challenge-page", `${options.url} gave a web page in place of data`);
  }
  // Text that a server unpacked itself is as good.
  if (options.expected === "gzip" && layers === 0 && content.length === 0) {
    throw new SourceError("truncated", `${options.url} gave nothing`);
  }
  return content;
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Whether a text is a web page. Mail may well hold HTML, but never begins with it. */
function looksLikeHtml(bytes: Buffer): boolean {
  const start = bytes
    .toString("latin1", 0, 1024)
    .replace(/^(?:\xef\xbb\xbf)?\s*/, "")
    .toLowerCase();
  return (
    start.startsWith("<!doctype html") || /^(?:<!--[^>]{0,500}-->\s{0,50})?<(?:html|head|body|script)[\s>]/.test(start)
  );
}

async function inflated(bytes: Buffer, options: { url: string; maxInflated: number }): Promise<Buffer> {
  try {
    return await inflate(bytes, { maxOutputLength: options.maxInflated });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "ERR_BUFFER_TOO_LARGE") {
      const message = `${options.url} inflates to more than ${options.maxInflated} bytes`;
      throw new SourceError("too-large", message, null, { cause: error });
    }
    const [reason, what] = code === "Z_BUF_ERROR" ? (["truncated", "ends"] as const) : (["malformed", "is"] as const);
    const message = `${options.url} ${what} ${reason === "truncated" ? "in the middle of its gzip" : "damaged gzip"}`;
    throw new SourceError(reason, message, null, { cause: error });
  }
}
