/** Servers that speaking asks: archives, for mails of ours, and patchwork. Connections are kept for a round and closed with it. */
import type { ArchiveContext } from "../../io/archive/context.js";
import { HttpClient } from "../../io/archive/http.js";
import { httpOptions } from "../../io/archive/http-source.js";
import { HttpTransport } from "../../io/http-transport.js";
import { Patchwork, patchworkToken } from "../../io/patchwork.js";
import type { OutgoingMail } from "../../speak/outgoing.js";
import type { ListPolicy } from "../../speak/policy.js";
import { SourceError } from "../../watch/source.js";
import type { WatchContext } from "./context.js";
import { archiveContext } from "./sources.js";

/** Asks archives whether a mail of ours is there. */
export class Outside {
  readonly #transports: HttpTransport[] = [];
  readonly #clients = new Map<string, HttpClient>();
  readonly #archive: ArchiveContext;

  constructor(private readonly context: WatchContext) {
    this.#archive = archiveContext(context);
  }

  /** True or false where the archive says so, null where it does not answer. */
  async has({ messageId, lookUp }: OutgoingMail, lists: readonly ListPolicy[]): Promise<boolean | null> {
    if ((await this.context.store.mails([messageId])).length > 0) return true;
    if (lookUp === null) return false;
    const list = lists.find(({ archive }) => archive !== undefined && lookUp.startsWith(archive));
    try {
      const client = this.#client(new URL(lookUp), list?.allowPrivate ?? false);
      const { status, body } = await client.get(lookUp, {
        expected: "text",
        accept: [404],
        keep: false,
        maxBytes: 1024 * 1024,
      });
      return status === 200 && body.includes(messageId);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      return null;
    }
  }

  #client(url: URL, allowPrivate: boolean): HttpClient {
    const known = this.#clients.get(url.host);
    if (known !== undefined) return known;
    const client = new HttpClient(httpOptions({ allowPrivate, tries: 3 }, url, this.#archive));
    this.#clients.set(url.host, client);
    return client;
  }

  /** The patchwork of a list, null where it has none. @throws SourceError when its token is not there */
  patchwork({ patchwork }: ListPolicy): Patchwork | null {
    if (patchwork === undefined) return null;
    const { url, project, tokenEnv, allowPrivate } = patchwork;
    const transport = new HttpTransport({ allowPrivate });
    this.#transports.push(transport);
    const token = patchworkToken(tokenEnv, this.#archive.env);
    const { userAgent: agent, time } = this.#archive;
    const send = transport.send.bind(transport);
    return new Patchwork({ url, project, token, userAgent: agent, allowPrivate, tries: 3, time, send });
  }

  async close(): Promise<void> {
    for (const client of this.#clients.values()) await client.close();
    for (const transport of this.#transports) await transport.close();
  }
}
