/**
 * Hands mails to an SMTP server (RFC 5321). The only importer of nodemailer. Each mail is tried once: what came of it is told as
 * data, above all whether the server may have taken it after all.
 */
import { readFile } from "node:fs/promises";
import nodemailer from "nodemailer";
import { EXIT, ReviewError } from "../../errors.js";
import type { MailPolicy } from "../../speak/policy.js";

/** A mail as the server gets it: the bytes stay as they are, but for a signature above them and dots that are doubled. */
export interface SmtpMail {
  sender: string;
  recipients: readonly string[];
  /** Whole, with CRLF line ends. */
  raw: string;
}

/** What came of an attempt. */
export type SmtpResult =
  | { kind: "sent"; response: string; rejected: string[] }
  /** The server does not have it. `forGood`: it will not take it later either. */
  | { kind: "refused"; forGood: boolean; reason: string }
  /** It was under way when the connection was lost: the server may have it. */
  | { kind: "unknown"; reason: string };

export interface SmtpSender {
  send(mail: SmtpMail): Promise<SmtpResult>;
  close(): void;
}

/** How long one mail may take in all; leases are longer. Milliseconds. */
const WHOLE_MS = 5 * 60_000;

/**
 * Opens nothing yet: connections are made with the first mail and kept for the next ones.
 * @throws ReviewError (exit 3) when the password or the key to sign with cannot be had
 */
export async function openSmtp(mail: MailPolicy, env: (name: string) => string | undefined): Promise<SmtpSender> {
  const { smtp } = mail;
  const ms = smtp.timeoutSeconds * 1000;
  const go = new GoAheads();
  const transport = nodemailer.createTransport({
    host: smtp.host,
    port: smtp.port ?? { tls: 465, starttls: 587, none: 25 }[smtp.security],
    secure: smtp.security === "tls",
    requireTLS: smtp.security === "starttls",
    ignoreTLS: smtp.security === "none",
    pool: true,
    maxConnections: smtp.connections,
    // A mail that was under way is nobody's to send again but ours, when the archive was asked.
    maxRequeues: 0,
    connectionTimeout: ms,
    greetingTimeout: ms,
    socketTimeout: ms,
    logger: go.logger,
    transactionLog: true,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(smtp.user === undefined ? {} : { auth: { user: smtp.user, pass: passwordOf(smtp.passwordEnv, env) } }),
    ...(mail.dkim === undefined
      ? {}
      : {
          dkim: {
            domainName: mail.dkim.domain,
            keySelector: mail.dkim.selector,
            privateKey: await readKey(mail.dkim.key),
            skipFields: "message-id:date",
          },
        }),
  });
  return { send: (one) => sendOnce(transport, one, go), close: () => transport.close() };
}

function passwordOf(name: string | undefined, env: (name: string) => string | undefined): string {
  const value = name === undefined ? undefined : env(name);
  if (value !== undefined && value !== "") return value;
  throw new ReviewError("no-password", EXIT.config, `mail.smtp: the environment variable ${name} is not set`);
}

async function readKey(path: string): Promise<string> {
  return readFile(path, "utf8").catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ReviewError("no-dkim-key", EXIT.config, `mail.dkim: the key cannot be read: ${why}`, { cause });
  });
}

type Transport = ReturnType<typeof nodemailer.createTransport>;

async function sendOnce(
  transport: Transport,
  { sender, recipients, raw }: SmtpMail,
  go: GoAheads,
): Promise<SmtpResult> {
  const before = go.count;
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<SmtpResult>((resolve) => {
    timer = setTimeout(() => resolve({ kind: "unknown", reason: "it took too long" }), WHOLE_MS);
  });
  const sending = transport
    .sendMail({ envelope: { from: sender, to: [...recipients] }, raw: Buffer.from(raw, "utf8") })
    .then((info): SmtpResult => {
      const rejected = (info as { rejected?: unknown[] }).rejected ?? [];
      return {
        kind: "sent",
        response: String((info as { response?: unknown }).response),
        rejected: rejected.map(String),
      };
    })
    .catch((error: unknown): SmtpResult => failure(error, go.count > before));
  try {
    return await Promise.race([sending, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Counts how often a server said that it takes the mail now (354): before that it has no byte of it. The library does not tell
 * in its errors how far it came, but in its log.
 */
class GoAheads {
  count = 0;
  readonly logger = {
    level() {},
    trace() {},
    debug: (entry: unknown, text?: unknown) => {
      if ((entry as { tnx?: unknown } | null)?.tnx === "server" && /^354/.test(String(text))) this.count++;
    },
    info() {},
    warn() {},
    error() {},
    fatal() {},
  };
}

/** What the server answered is sure; so is a failure before it took any byte of the mail. */
const SESSION: ReadonlySet<string> = new Set(["EAUTH", "EPROTOCOL", "ETLS", "ECONNECTION"]);

function failure(error: unknown, begun: boolean): SmtpResult {
  const { responseCode, code } = error as { responseCode?: unknown; code?: unknown };
  const reason = error instanceof Error ? error.message : String(error);
  if (typeof responseCode === "number" && responseCode >= 400)
    // 5xx to a login or a greeting is the server's, not the mail's: it may be mended.
    return { kind: "refused", forGood: responseCode >= 500 && !SESSION.has(String(code)), reason };
  if (!begun) return { kind: "refused", forGood: false, reason };
  return { kind: "unknown", reason };
}
