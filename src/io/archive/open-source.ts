/**
 * Archives of mailing lists, each behind the port {@link Source}: this folder fetches mails as bytes and reads none of them.
 *
 * An archive is a generator of `Step`s (batches.ts): a mail, a removal or a lost mail, and the position behind it.
 * `inBatches` makes batches of them, with the position as the JSON of a cursor, and gives what came before a failure before
 * it throws; so that each archive only has to say how to go on behind a position, and never moves one past a failure of the
 * transport. What an archive names and cannot give is a lost mail with a reason.
 *
 * - Git (epoch.ts, inbox.ts over git.ts) is how public-inbox keeps mails; public-inbox.ts brings epochs of a server into
 *   mirrors (manifest.ts, mirror.ts) first.
 * - HTTP (pipermail.ts, atom.ts, thread.ts) goes through one client (http.ts) that knows the hosts it may ask
 *   (address-guard.ts), waits and tries again (retry.ts), keeps answers (http-cache.ts), and looks at what a body really is
 *   (body.ts).
 * - maildir.ts, nntp.ts and imap.ts read what their names say.
 *
 * Clock, chance and passwords come in by {@link ArchiveContext}.
 */
import type { Source } from "../../watch/source.js";
import type { SourceConfig } from "../../watch/source-config.js";
import { openAtom } from "./atom.js";
import type { ArchiveContext } from "./context.js";
import { openEpoch } from "./epoch.js";
import { openImap } from "./imap.js";
import { openInbox } from "./inbox.js";
import { openMaildir } from "./maildir.js";
import { openNntp } from "./nntp.js";
import { openPipermail } from "./pipermail.js";
import { openPublicInbox } from "./public-inbox.js";

/** The archive that a configuration names; nothing is read or connected to yet. @throws SourceError for an unusable URL */
export function openSource(config: SourceConfig, context: ArchiveContext): Source {
  switch (config.type) {
    case "public-inbox":
      return openPublicInbox(config, context);
    case "epoch":
      return openEpoch(config);
    case "inbox":
      return openInbox(config);
    case "atom":
      return openAtom(config, context);
    case "pipermail":
      return openPipermail(config, context);
    case "maildir":
      return openMaildir(config);
    case "nntp":
      return openNntp(config, context);
    case "imap":
      return openImap(config, context);
  }
}
