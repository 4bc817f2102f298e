/**
 * The configuration of `review watch`: a YAML file, checked against this schema before anything starts. Every field says what
 * it is; schemas/watch-config.schema.json is made of it. What its parts say of each other stands in config-problems.ts.
 */
import { z } from "zod";
import { duration } from "../speak/duration.js";
import { ledgerSchema, listSchema, mailSchema } from "../speak/policy.js";

const name = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, "lower-case letters, digits, dots and dashes");
const path = z.string().min(1);
const httpUrl = z.url({ protocol: /^https?$/, error: "an http or https URL" });
const port = z.int().min(1).max(65535);
const host = z.string().regex(/^[A-Za-z0-9.:-]+$/, "a host name or address");

const common = {
  name: name.describe("What the source is called, in logs and in the store: not to be changed later"),
};
const network = {
  ...common,
  allowPrivate: z
    .boolean()
    .default(false)
    .describe("Whether the host may be one of a private network, or this machine itself"),
  timeoutSeconds: z.int().min(1).max(3600).default(60).describe("How long the server may be silent"),
  tries: z
    .int()
    .min(1)
    .max(20)
    .default(5)
    .describe("How often a request is tried before the archive counts as unreachable"),
};
const web = {
  ...network,
  cacheSeconds: z.int().min(600).max(86_400).default(600).describe("How long an answer is used again without asking"),
  pauseSeconds: z.number().min(0).max(60).default(0.2).describe("Pause between two requests"),
};
const inboxUrl = httpUrl.describe("URL of the list: https://lore.kernel.org/kvm-riscv/");
const folder = (what: string) => path.describe(what);
const passwordEnv = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of an environment variable")
  .describe("Name of the environment variable that holds the password");
const month = z.string().regex(/^\d{4}-[A-Z][a-z]+$/, "a month as in the archive's links: 2019-May");

/** One archive. */
export const sourceSchema = z.discriminatedUnion("type", [
  z
    .strictObject({
      ...web,
      type: z.literal("public-inbox"),
      url: inboxUrl,
      firstEpoch: z
        .union([z.int().min(0), z.literal("latest")])
        .default(0)
        .describe("The git epoch to begin with; latest is the newest one at the first read"),
    })
    .describe("A list of a public-inbox server (lore), by its manifest and git epochs"),
  z
    .strictObject({
      ...web,
      type: z.literal("atom"),
      url: inboxUrl,
      since: z.iso.date().optional().describe("Mails that arrived before this day are left out: 2019-04-17"),
    })
    .describe("A list of a public-inbox server with little traffic, by its Atom feed and one request a mail"),
  z
    .strictObject({ ...common, type: z.literal("epoch"), path: folder("A git epoch on this machine: kvm/git/0.git") })
    .describe("One git epoch of public-inbox"),
  z
    .strictObject({
      ...common,
      type: z.literal("inbox"),
      path: folder("Its folder, with git/0.git and so on below it"),
    })
    .describe("A public-inbox v2 on this machine, all epochs"),
  z
    .strictObject({
      ...web,
      type: z.literal("pipermail"),
      url: httpUrl.describe("The page of months: https://lists.infradead.org/pipermail/kvm-riscv/"),
      form: z
        .enum(["auto", "text", "html"])
        .default("auto")
        .describe("Months as text, as pages, or as text where there is one"),
      firstMonth: month
        .optional()
        .describe("The month to begin with, as in the archive's links: 2019-May; the first when left out"),
      recheck: z.int().min(1).max(24).default(2).describe("How many months before the latest are asked for again"),
    })
    .describe("An archive of Mailman 2"),
  z
    .strictObject({
      ...common,
      type: z.literal("maildir"),
      path: folder("A folder with new/ and cur/, or of .eml files"),
    })
    .describe("Mail that is delivered on this machine"),
  z
    .strictObject({
      ...network,
      type: z.literal("nntp"),
      host: host.describe("Server: nntp.lore.kernel.org"),
      port: port.optional().describe("563 with TLS, 119 without, when left out"),
      tls: z.boolean().default(true).describe("Whether the connection is encrypted"),
      group: z
        .string()
        .regex(/^[!-~]{1,200}$/, "the name of a group")
        .describe("Group: org.kernel.vger.kvm"),
      user: z.string().min(1).optional().describe("Name to log in with; no login when left out"),
      passwordEnv: passwordEnv.optional(),
    })
    .describe("A news group"),
  z
    .strictObject({
      ...network,
      type: z.literal("imap"),
      host: host.describe("Server"),
      port: port.optional().describe("993 with TLS, 143 without, when left out"),
      tls: z.boolean().default(true).describe("Whether the connection is encrypted from the start"),
      user: z.string().min(1).describe("Login name"),
      passwordEnv,
      mailbox: z.string().min(1).default("INBOX").describe("Folder on the server; it is only read"),
    })
    .describe("A mailbox on an IMAP server"),
]);

const treeSchema = z.strictObject({
  name: name.describe("What reports call the tree"),
  path: path.describe("A git repository on this machine, bare or not"),
  branches: z
    .array(z.string().min(1))
    .default(["HEAD"])
    .describe("Revisions to try, the first one first: origin/master, linux-next/master"),
  remotes: z.array(z.string().min(1)).default([]).describe("Remotes to fetch before it is used"),
  every: duration.default("15m").describe("How old the last fetch may be: 90s, 15m, 6h, 1d"),
  tags: z
    .array(z.string().min(1))
    .default([])
    .describe("Words in the brackets of subjects, or before the colon, that mean this tree: net-next, kvm, tip"),
  paths: z
    .array(z.string().min(1))
    .default([])
    .describe("Files that are this tree's, as MAINTAINERS writes them behind F:"),
  urls: z.array(z.string().min(1)).default([]).describe("Its URLs as MAINTAINERS writes them behind T: git"),
});

const operatorSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/, "letters, digits, dots, dashes and @")
    .describe("Name to sign in with"),
  password: z
    .string()
    .regex(
      /^scrypt\$(?:16384|32768|65536|131072)\$8\$[1-4]\$[\w-]{16,64}\$[\w-]{43}$/,
      "what review serve hash prints: scrypt$…",
    )
    .describe("Hash of the password, as `review serve hash` prints it"),
});

const serveSchema = z
  .strictObject({
    listen: z
      .string()
      .regex(/^(?:[A-Za-z0-9.-]+|\[[0-9a-f:]+\]):\d{1,5}$/, "host:port")
      .default("127.0.0.1:8080")
      .describe("Where it answers; anything but loopback belongs behind a server that speaks TLS"),
    url: z
      .url({ protocol: /^https?$/, error: "an http or https URL" })
      .optional()
      .describe(
        "Its address as people have it, when a server in front of it passes requests on: https://review.example.org/",
      ),
    operators: z.array(operatorSchema).max(100).default([]).describe("Who may sign in; nobody when left out"),
    secretEnv: passwordEnv
      .describe(
        "Name of an environment variable with the secret that sessions are signed with; one of the store's when left out",
      )
      .optional(),
    sessionHours: z.int().min(1).max(168).default(12).describe("How long a sign-in is good"),
    pulls: z
      .enum(["operators", "all"])
      .default("operators")
      .describe("Who sees pull requests, which may be those of private repositories"),
  })
  .prefault({})
  .describe("The dashboard, which `review serve` answers with; it is read-only for whoever is not signed in");

/** The whole file. */
export const configSchema = z.strictObject({
  data: path.describe("Folder for the store, copies of archives and caches; made when it is not there"),
  contact: z
    .string()
    .min(3)
    .describe("Where the operator of an archive can reach you, a URL or mail address: part of the User-Agent"),
  database: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "postgres://…")
    .optional()
    .describe(
      "PostgreSQL in place of the SQLite file in `data`: postgres://user:password@host:port/name; DATABASE_URL goes before it",
    ),
  rules: path.optional().describe("Folder of rules in place of the built-in ones"),
  sources: z.array(sourceSchema).min(1).describe("Archives to follow"),
  trees: z.array(treeSchema).default([]).describe("Kernel trees that patches are applied to"),
  quiet: duration
    .default("2h")
    .describe(
      "A series that is not complete is judged when no mail of it came for this long, counted from when the last one was read: 90s, 15m, 2h, 1d",
    ),
  schedule: z
    .string()
    .default("*/15 * * * *")
    .describe("When --daemon looks for mail, as in crontab(5), in this machine's time zone"),
  workers: z.int().min(1).max(64).default(1).describe("Series that are judged at a time, with PostgreSQL"),
  metrics: z
    .string()
    .regex(/^(?:[A-Za-z0-9.-]+|\[[0-9a-f:]+\]):\d{1,5}$/, "host:port")
    .optional()
    .describe("Where --daemon answers /metrics, /healthz and /readyz: 127.0.0.1:9464, in a container 0.0.0.0:9464"),
  lists: z.array(listSchema).default([]).describe("Lists that are spoken to; a list that is not named gets nothing"),
  mail: mailSchema.optional().describe("How mails are written and sent; none is when left out"),
  ledger: ledgerSchema.describe("When answers take a rule off duty"),
  serve: serveSchema,
  log: z.enum(["silent", "error", "warn", "info", "debug"]).default("info").describe("Least level that is logged"),
});

export type WatchConfig = z.infer<typeof configSchema>;
