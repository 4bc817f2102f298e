// Emits dist/ with the TypeScript compiler and copies what is not TypeScript beside it.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
rmSync(at("dist"), { recursive: true, force: true });
const tsc = spawnSync(process.execPath, [at("node_modules/typescript/bin/tsc"), "-p", at("tsconfig.json")], {
  stdio: "inherit",
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);
cpSync(at("src/source/assets"), at("dist/source/assets"), { recursive: true });
chmodSync(at("dist/apps/cli.js"), 0o755);
