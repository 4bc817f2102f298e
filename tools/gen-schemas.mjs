// Writes schemas/*.schema.json from the zod types of src/patch, src/report, src/watch and src/pulls. Run through tsx: `npm run schemas`.
// With --check it fails when a file on disk is not what this would write.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { parseRecordSchema } from "../src/patch/parse-record.ts";
import { appConfigSchema } from "../src/pulls/app-config.ts";
import { repoConfigSchema } from "../src/pulls/repo-config.ts";
import { reportSchema } from "../src/report/report-schema.ts";
import { parsedSeriesSchema } from "../src/report/series-schema.ts";
import { configSchema } from "../src/watch/config.ts";

const SCHEMAS = {
  "report.schema.json": reportSchema,
  "parse-message.schema.json": parseRecordSchema,
  "parse-series.schema.json": parsedSeriesSchema,
  "watch-config.schema.json": configSchema,
  "app-config.schema.json": appConfigSchema,
  "repo-config.schema.json": repoConfigSchema,
};

const folder = new URL("../schemas/", import.meta.url);
const read = (url) => {
  try {
    return readFileSync(url, "utf8");
  } catch {
    return null;
  }
};

let stale = false;
mkdirSync(folder, { recursive: true });
for (const [name, schema] of Object.entries(SCHEMAS)) {
  // As input: later versions may add fields, so what is not named is not refused.
  const text = `${JSON.stringify(z.toJSONSchema(schema, { io: "input" }), null, 2)}\n`;
  const url = new URL(name, folder);
  if (!process.argv.includes("--check")) writeFileSync(url, text);
  else if (read(url) !== text) {
    console.error(`schemas/${name} is stale: run npm run schemas`);
    stale = true;
  }
}
if (stale) process.exit(1);
