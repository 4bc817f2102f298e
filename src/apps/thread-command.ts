/** `review thread`: fetches one thread from an archive and reviews it. */
import { join } from "node:path";
import { EXIT, type ExitCode, ReviewError } from "../errors.js";
import { REAL_TIME, userAgent } from "../io/archive/context.js";
import { fetchThread } from "../io/archive/thread.js";
import { remark } from "../io/terminal.js";
import { cacheFolder } from "../io/user-folder.js";
import type { Message } from "../message/message.js";
import { readPatches } from "../patch/read-patch.js";
import { visible } from "../report/visible.js";
import { counted } from "../report/wording.js";
import { messageOf } from "../watch/open-mail.js";
import { SourceError } from "../watch/source.js";
import { type ReviewOptions, reviewOpened } from "./review-command.js";

export interface ThreadCommandOptions extends ReviewOptions {
  /** URL of the public-inbox in which a bare Message-ID is looked for. */
  inbox?: string;
  /** How the operator of the archive can reach whoever runs this. */
  contact?: string;
  /** Whether the archive may be on this machine or in a private network. */
  allowPrivate?: boolean;
}

/** Runs the command; answers the exit code. */
export const runThread = async (target: string, options: ThreadCommandOptions, version: string): Promise<ExitCode> => {
  const context = {
    dataFolder: join(cacheFolder(process.env), "archives"),
    userAgent: userAgent(version, options.contact ?? null),
    time: REAL_TIME,
    env: (name: string) => process.env[name],
  };
  const fetched = await fetchThread(
    target,
    {
      ...(options.inbox === undefined ? {} : { inbox: options.inbox }),
      ...(options.allowPrivate === true ? { allowPrivate: true } : {}),
      // A person waits for the answer, and can ask again.
      tries: 3,
    },
    context,
  ).catch((error: unknown) => {
    if (!(error instanceof SourceError)) throw error;
    const exit = error.reason === "not-found" || error.reason === "not-allowed" ? EXIT.input : EXIT.network;
    // The setting of a configuration is an option here.
    const message = error.message.replace(/\(allowPrivate\)$/, "(--allow-private)");
    throw new ReviewError(error.reason, exit, message, { cause: error });
  });
  if (options.quiet !== true)
    for (const { ref, message } of fetched.lost) remark(`review: ${visible(`${ref}: ${message}`)}`);
  let patches = 0;
  async function* messages(): AsyncGenerator<Message> {
    for (const { form, raw } of fetched.mails) {
      const message = await messageOf(form, Buffer.from(raw));
      const { patch, quoted } = readPatches(message);
      patches += (patch === null ? 0 : 1) + quoted.length;
      yield message;
    }
  }
  const exit = await reviewOpened(() => ({ messages: messages(), unreadable: () => null }), options, version);
  if (patches === 0 && options.quiet !== true) {
    const mails = counted(fetched.mails.length, "mail");
    remark(`review: there is no patch in the ${mails} of the thread, also none that is quoted`);
  }
  return exit;
};
