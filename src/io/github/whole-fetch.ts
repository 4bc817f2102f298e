/**
 * fetch as octokit needs it: the client takes the body of an answer that broke off for an empty one, so a diff would be empty
 * instead of unread. Here the body is read to its end, within a time and a size, before the client sees the answer.
 */

/** An answer with more bytes than are taken. */
export class OversizedAnswer extends Error {}

/** Statuses that come without a body (Fetch Standard, "null body status"). */
const WITHOUT_BODY = new Set([204, 205, 304]);

/** @param limits `timeoutMs` is for the whole exchange, milliseconds; `maxBytes` for the decoded body of the answer */
export function wholeFetch(limits: { timeoutMs: number; maxBytes: number }): typeof fetch {
  return async (input, init) => {
    const signals = [AbortSignal.timeout(limits.timeoutMs)];
    if (init?.signal != null) signals.push(init.signal);
    const answer = await fetch(input, { ...init, signal: AbortSignal.any(signals) });
    const body = await readWhole(answer, limits.maxBytes);
    const { status, statusText, headers } = answer;
    return new Response(WITHOUT_BODY.has(status) ? null : body, { status, statusText, headers });
  };
}

async function readWhole({ body }: Response, maxBytes: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body ?? []) {
    size += piece.length;
    // Leaving the loop ends the connection.
    if (size > maxBytes) throw new OversizedAnswer(`the answer is larger than ${maxBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
