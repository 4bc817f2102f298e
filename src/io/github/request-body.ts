/** The body of a request, as long as it may be. */
import type { IncomingMessage, ServerResponse } from "node:http";

/** The largest payload that GitHub delivers (docs.github.com, "Webhook payload object common properties": 25 MB). Bytes. */
const MAX_BODY = 25 * 1024 * 1024;

/**
 * The body as text; null when it was refused, and answered: by 413 where it is longer than GitHub's longest, which is not even read.
 * Nobody has shown a signature yet at that point.
 */
export async function readBody(request: IncomingMessage, response: ServerResponse): Promise<string | null> {
  if (Number(request.headers["content-length"] ?? 0) > MAX_BODY) return refuse(request, response);
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > MAX_BODY) return refuse(request, response);
    pieces.push(piece);
  }
  return Buffer.concat(pieces, size).toString("utf8");
}

function refuse(request: IncomingMessage, response: ServerResponse): null {
  response.writeHead(413, { connection: "close" }).end("the body is longer than any that GitHub delivers\n");
  // What still comes is thrown away unread; the connection ends with the answer.
  response.once("finish", () => request.destroy());
  return null;
}
