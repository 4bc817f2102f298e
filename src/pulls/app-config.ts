/**
 * The configuration of `review app`: a YAML file, checked against this schema before anything starts. Every field says what it is;
 * schemas/app-config.schema.json is made of it.
 */
import { z } from "zod";
import { ledgerSchema } from "../speak/policy.js";

const path = z.string().min(1);
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of an environment variable");

const mirrorSchema = z.strictObject({
  repository: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}$/, "owner/name")
    .describe("The repository on GitHub: owner/name"),
  path: path.describe("A clone of it on this machine, bare or not"),
  fetch: z
    .boolean()
    .default(false)
    .describe("Whether `git fetch` is run in it when it lacks a commit; without, GitHub is asked for what it lacks"),
});

/** The whole file. */
export const appConfigSchema = z.strictObject({
  data: path.describe("Folder for the store and caches; that of review watch shares what people called wrong"),
  database: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "postgres://…")
    .optional()
    .describe("PostgreSQL in place of the SQLite file in `data`; DATABASE_URL goes before it"),
  github: z
    .strictObject({
      appId: z.int().positive().describe("The App's id, as its settings page shows it"),
      privateKeyFile: path.describe("File with the App's private key (PEM)"),
      webhookSecretEnv: variable
        .default("PATCHWITNESS_WEBHOOK_SECRET")
        .describe(
          "Environment variable that holds the webhook secret, or the content of webhookSecretFile goes before it",
        ),
      webhookSecretFile: path.optional().describe("File with the webhook secret, in place of the variable"),
      api: z
        .url({ protocol: /^https?$/, error: "an http or https URL" })
        .default("https://api.github.com")
        .describe("GitHub's API; that of GitHub Enterprise is https://HOST/api/v3"),
      retrySeconds: z
        .number()
        .min(0.1)
        .max(3600)
        .default(5)
        .describe("Wait before what failed is tried again; it doubles each time, up to an hour"),
      timeoutSeconds: z.int().min(1).max(600).default(30).describe("How long a request may take"),
    })
    .describe("The App, as review app setup or GitHub's settings page gave it"),
  listen: z
    .string()
    .regex(/^(?:[A-Za-z0-9.-]+|\[[0-9a-f:]+\]):\d{1,5}$/, "host:port")
    .default("127.0.0.1:3000")
    .describe("Where webhooks are taken, at the path /api/github/webhooks; a proxy in front does TLS"),
  repositories: z
    .array(z.string().min(1).max(300))
    .default(["*"])
    .describe("Repositories that are worked for, with * for any letters; deliveries of others are put down and left"),
  mirrors: z.array(mirrorSchema).default([]).describe("Clones on this machine, which spare requests to GitHub"),
  rules: path.optional().describe("Folder of rules in place of the built-in ones"),
  workers: z.int().min(1).max(64).default(2).describe("Pull requests that this process works on at a time"),
  ledger: ledgerSchema.describe("When answers take a rule off duty"),
  log: z.enum(["silent", "error", "warn", "info", "debug"]).default("info").describe("Least level that is logged"),
});

export type AppConfig = z.infer<typeof appConfigSchema>;
