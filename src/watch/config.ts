/**
 * The configuration of `review watch`: a YAML file, checked against this schema before anything starts. Every field says what
 * it is; schemas/watch-config.schema.json is made of it.
 */
import { z } from "zod";
import { parseDuration } from "./schedule.js";

const name = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, "lower-case letters, digits, dots and dashes");
const path = z.string().min(1);
const httpUrl = z.url({ protocol: /^https?$/, error: "an http or https URL" });
const port = z.int().min(1).max(65535);
const host = z.string().regex(/^[A-Za-z0-9.:-]+$/, "a host name or address");
const duration = z.string().refine((text) => parseDuration(text) !== null, "a number and s, m, h or d: 90s, 2h, 1d");

const common = {
  name: name.describe("What the source is called, in logs and in the store: not to be changed later"),
};
const web = {
  ...common,
  allowPrivate: z
    .boolean()
    .default(false)
    .describe("Whether the host may be one of a private network, or this machine itself"),
};

const sourceSchema = z.discriminatedUnion("type", [
  z
    .strictObject({
      ...web,
      type: z.literal("public-inbox"),
      url: httpUrl.describe("URL of the list: https://lore.kernel.org/kvm-riscv/"),
    })
    .describe("A list of a public-inbox server (lore), by its manifest and git epochs"),
  z
    .strictObject({ ...web, type: z.literal("atom"), url: httpUrl.describe("URL of the list") })
    .describe("A list of a public-inbox server with little traffic, by its Atom feed and one request a mail"),
  z
    .strictObject({
      ...common,
      type: z.literal("epoch"),
      path: path.describe("A git epoch on this machine: kvm/git/0.git"),
    })
    .describe("One git epoch of public-inbox"),
  z
    .strictObject({
      ...common,
      type: z.literal("inbox"),
      path: path.describe("Its folder, with git/0.git, git/1.git below it"),
    })
    .describe("A public-inbox v2 on this machine, all epochs"),
  z
    .strictObject({
      ...web,
      type: z.literal("pipermail"),
      url: httpUrl.describe("The index page: https://lists.infradead.org/pipermail/kvm-riscv/"),
    })
    .describe("An archive of Mailman 2"),
  z
    .strictObject({
      ...common,
      type: z.literal("maildir"),
      path: path.describe("A folder with new/ and cur/, or one of .eml files"),
    })
    .describe("Mail that is delivered on this machine"),
  z
    .strictObject({
      ...web,
      type: z.literal("nntp"),
      host: host.describe("Server: nntp.lore.kernel.org"),
      port: port.optional().describe("119, or 563 with TLS"),
      tls: z.boolean().default(false).describe("Whether the connection is encrypted"),
      group: z.string().min(1).describe("Group: org.kernel.vger.kvm"),
    })
    .describe("A news group"),
  z
    .strictObject({
      ...web,
      type: z.literal("imap"),
      host: host.describe("Server"),
      port: port.optional().describe("993, or 143 without TLS"),
      tls: z.boolean().default(true).describe("Whether the connection is encrypted from the start"),
      user: z.string().describe("Login name"),
      passwordEnv: z
        .string()
        .regex(/^[A-Z_][A-Z0-9_]*$/)
        .describe("Name of the environment variable that holds the password"),
      mailbox: z.string().default("INBOX").describe("Folder on the server; it is only read"),
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
  every: duration.default("15m").describe("How old the last fetch may be"),
  tags: z
    .array(z.string().min(1))
    .default([])
    .describe("Words in the brackets of subjects that mean this tree: net-next, kvm, tip"),
  urls: z.array(z.string().min(1)).default([]).describe("Its URLs as MAINTAINERS writes them behind T: git"),
});

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
    .describe("PostgreSQL in place of the SQLite file in `data`; DATABASE_URL goes before it"),
  rules: path.optional().describe("Folder of rules in place of the built-in ones"),
  sources: z.array(sourceSchema).min(1).describe("Archives to follow"),
  trees: z.array(treeSchema).default([]).describe("Kernel trees that patches are applied to"),
  quiet: duration
    .default("2h")
    .describe("A series that is not complete is judged when no mail of it came for this long"),
  schedule: z.string().default("*/15 * * * *").describe("When --daemon looks for mail, as in crontab(5)"),
  workers: z.int().min(1).max(64).default(1).describe("Series that are judged at a time, with PostgreSQL"),
  metrics: z
    .string()
    .regex(/^(?:[A-Za-z0-9.-]+|\[[0-9a-f:]+\]):\d{1,5}$/, "host:port")
    .optional()
    .describe("Where --daemon answers /metrics and /healthz: 127.0.0.1:9464"),
  log: z.enum(["silent", "error", "warn", "info", "debug"]).default("info").describe("Least level that is logged"),
});

export type WatchConfig = z.infer<typeof configSchema>;
export type SourceSettings = WatchConfig["sources"][number];
export type TreeSettings = WatchConfig["trees"][number];

/** What a file is wrong in beyond the schema: names that come twice. */
export function configProblems(config: WatchConfig): string[] {
  const twice = (what: string, names: readonly string[]): string[] =>
    [...new Set(names.filter((n, i) => names.indexOf(n) !== i))].map((n) => `${what}: the name ${n} comes twice`);
  return [
    ...twice(
      "sources",
      config.sources.map((s) => s.name),
    ),
    ...twice(
      "trees",
      config.trees.map((t) => t.name),
    ),
  ];
}
