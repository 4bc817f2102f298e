// Emits dist/ with the TypeScript compiler, copies what is not TypeScript beside it, and joins the command's own modules: two
// hundred are a tenth of a second of each start. They are joined twice: to modules that load each other when they are needed,
// and, what commands that review take, to one text of which V8 can keep what it has compiled (src/apps/start.ts).
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

rmSync(at("dist"), { recursive: true, force: true });
/** For `npm run coverage`: built code leads back to its sources, and all commands run from the modules. */
const maps = process.argv.includes("--maps");
const compiler = [at("node_modules/typescript/bin/tsc"), "-p", at("tsconfig.json"), "--sourceMap", String(maps)];
const tsc = spawnSync(process.execPath, compiler, { stdio: "inherit" });
if (tsc.status !== 0) process.exit(tsc.status ?? 1);
cpSync(at("src/source/assets"), at("dist/source/assets"), { recursive: true });

/** What an index depends on, as io/index-store.ts finds it out where nothing was built. */
const stages = ["source", "analysis", "rules", "review"].flatMap((stage) =>
  readdirSync(at(`dist/${stage}`), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name)),
);
const engine = sha256(
  stages
    .sort()
    .map((path) => `${path.slice(at("dist").length)} ${sha256(readFileSync(path))}`)
    .join("\n"),
);

// As deep as the modules that it is made of: paths that they take from their own place stay right.
const common = {
  bundle: true,
  platform: "node",
  target: "node20",
  logLevel: "warning",
  sourcemap: maps ? "inline" : false,
  define: { BUILT_ENGINE: JSON.stringify(engine) },
};
await build({
  ...common,
  entryPoints: { program: at("dist/apps/cli.js") },
  outdir: at("dist/apps"),
  splitting: true,
  packages: "external",
  format: "esm",
  outExtension: { ".js": ".mjs" },
});

const { OTHER_COMMANDS } = await import("../dist/apps/start.js");
/** Packages that every review loads; all others are loaded when they are asked for. */
const INLINE = new Set(["commander", "parse-diff", "picocolors", "web-tree-sitter"]);
const { dependencies } = JSON.parse(readFileSync(at("package.json"), "utf8"));
const leaveOut = {
  name: "other commands",
  setup({ onResolve }) {
    onResolve({ filter: /^\..*-command\.js$|\/completion\.js$/ }, ({ path, kind }) => {
      const name = path
        .split("/")
        .at(-1)
        .replace(/(?:-command)?\.js$/, "");
      return kind === "dynamic-import" && OTHER_COMMANDS.has(name) ? { path, external: true } : undefined;
    });
  },
};
const { outputFiles, metafile } = await build({
  ...common,
  entryPoints: [at("dist/apps/cli.js")],
  outfile: at("dist/apps/program.txt"),
  format: "cjs",
  external: Object.keys(dependencies).filter((name) => !INLINE.has(name)),
  plugins: [leaveOut],
  define: { ...common.define, "import.meta.url": "programUrl" },
  metafile: true,
  write: false,
});
// esbuild writes all but regular expressions in ASCII, and there an escape means the same: each byte is a character.
let text = outputFiles[0].text
  .replace(/^#!.*\n/, "")
  .replace(/[^\x00-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
// A text that is no module cannot import: whoever runs it does that.
for (const { path, kind, external } of Object.values(metafile.outputs)[0].imports)
  if (external && kind === "dynamic-import")
    text = text.replaceAll(`import(${JSON.stringify(path)})`, `importModule(${JSON.stringify(path)})`);
text = `(function (require, importModule, programUrl) {${text}})`;
writeFileSync(at("dist/apps/program.txt"), text);
const licences = [...INLINE].map(
  (name) => `${name}\n\n${readFileSync(at(`node_modules/${name}/LICENSE`), "utf8").trim()}\n`,
);
writeFileSync(at("dist/apps/program.LICENSES"), licences.join("\n\n"));

await build({
  ...common,
  stdin: {
    contents: `import { start } from "./start.js";
start(process.argv, {
  folder: __dirname,
  digest: ${JSON.stringify(sha256(text))},
  load: require,
  importModule: (name) => import(name),
});`,
    resolveDir: at("dist/apps"),
  },
  banner: { js: "#!/usr/bin/env node" },
  outfile: at("dist/apps/cli.js"),
  allowOverwrite: true,
  packages: "external",
  format: "cjs",
});
if (maps) writeFileSync(at("dist/apps/cli.js"), `#!/usr/bin/env node\nvoid import("./program.mjs");\n`);
// The one file that is no module: it starts sooner.
writeFileSync(at("dist/apps/package.json"), `${JSON.stringify({ type: "commonjs" })}\n`);
chmodSync(at("dist/apps/cli.js"), 0o755);
