// Writes biome.jsonc: the formatter's settings and, from the list of layers, who may import whom.
// `node tools/gen-biome.mjs --check` fails when the file on disk is not what this would write.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LAYERS } from "./layers.mjs";

const PURE = LAYERS.filter((layer) => layer !== "io" && layer !== "apps");
/** Awkward libraries, each with the one file that may import it. */
const SOLE_IMPORTERS = {
  libsql: "src/io/store/sqlite.ts",
  "graphile-worker": "src/io/store/graphile.ts",
  mailparser: "src/message/parse-mime.ts",
  "parse-diff": "src/patch/parse-diff.ts",
  pg: "src/io/store/postgres.ts",
  "web-tree-sitter": "src/source/parse-c.ts",
  undici: "src/io/http-transport.ts",
  imapflow: "src/io/archive/imap.ts",
  pino: "src/apps/watch/log.ts",
  "prom-client": "src/apps/watch/metrics.ts",
  croner: "src/io/schedule.ts",
  nodemailer: "src/io/mail/smtp.ts",
  octokit: "src/io/github/client.ts",
  hono: "src/apps/serve/app.ts",
  "@hono/node-server": "src/apps/serve/server.ts",
  probot: "src/io/github/webhooks.ts",
};

const layerRule = (layer) => {
  const rightward = LAYERS.slice(LAYERS.indexOf(layer) + 1);
  const patterns = [];
  if (rightward.length > 0) {
    patterns.push({
      group: rightward.map((name) => `**/${name}/**`),
      message: `src/${layer} may import only what stands left of it: ${LAYERS.join(" <- ")}`,
    });
  }
  if (PURE.includes(layer)) {
    patterns.push({
      group: ["node:*", "octokit", "@octokit/*", "probot"],
      message: "the world is touched only in src/io and src/apps",
    });
  }
  for (const [library, file] of Object.entries(SOLE_IMPORTERS)) {
    patterns.push({ group: [library, `${library}/*`], message: `only ${file} imports ${library}` });
  }
  return { level: "error", options: { patterns } };
};

const override = (includes, rule, pure) => ({
  includes,
  linter: {
    rules: {
      style: {
        noRestrictedImports: rule,
        ...(pure
          ? {
              noRestrictedGlobals: {
                level: "error",
                options: {
                  deniedGlobals: {
                    process: "only src/io and src/apps see the process",
                    console: "only src/io and src/apps print",
                    setTimeout: "only src/io and src/apps wait",
                    fetch: "only src/io and src/apps use the network",
                  },
                },
              },
            }
          : {}),
      },
    },
  },
});

const withoutLibrary = (layer, library) => {
  const rule = layerRule(layer);
  return { ...rule, options: { patterns: rule.options.patterns.filter((p) => p.group[0] !== library) } };
};

const config = {
  $schema: "./node_modules/@biomejs/biome/configuration_schema.json",
  files: {
    includes: [
      "**",
      "!dist",
      "!coverage",
      "!fixtures",
      "!rules",
      "!schemas",
      "!package-lock.json",
      "!src/source/assets",
      "!test/vendor",
    ],
  },
  formatter: { indentStyle: "space", indentWidth: 2, lineWidth: 120 },
  linter: {
    rules: {
      preset: "recommended",
      correctness: { noUnusedImports: "error", noUnusedVariables: "error", noUnusedFunctionParameters: "error" },
      style: { useImportType: "error", useNodejsImportProtocol: "error", noNonNullAssertion: "error" },
      suspicious: { noExplicitAny: "error", noControlCharactersInRegex: "off", noAssignInExpressions: "error" },
    },
  },
  overrides: [
    ...LAYERS.map((layer) => override([`src/${layer}/**`], layerRule(layer), PURE.includes(layer))),
    ...Object.entries(SOLE_IMPORTERS).map(([library, file]) => {
      const layer = file.split("/")[1];
      return override([file], withoutLibrary(layer, library), PURE.includes(layer));
    }),
  ],
};

const path = fileURLToPath(new URL("../biome.jsonc", import.meta.url));
const draft = `// Written by tools/gen-biome.mjs; change that instead.\n${JSON.stringify(config)}\n`;
// Biome checks the format of its own configuration too, so it is asked to set it.
const biome = fileURLToPath(new URL("../node_modules/@biomejs/biome/bin/biome", import.meta.url));
const format = ["format", "--stdin-file-path=biome.jsonc", "--indent-style=space", "--line-width=120"];
const text = execFileSync(process.execPath, [biome, ...format], { input: draft, encoding: "utf8" });
if (process.argv.includes("--check")) {
  if (readFileSync(path, "utf8") !== text) {
    console.error("biome.jsonc is stale: run node tools/gen-biome.mjs");
    process.exit(1);
  }
} else {
  writeFileSync(path, text);
}
