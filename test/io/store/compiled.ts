/** Programs of these tests as JavaScript: tests start many processes, and most of what one takes is translating sources. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Translates a file beside this one, with all that it imports, and gives the program's path. Below node_modules, as it imports from there. */
export function compiled(name: string): string {
  const cache = join(ROOT, "node_modules", ".cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "store-tests-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const up = relative(folder, ROOT);
  const config = {
    extends: `${up}/tsconfig.json`,
    compilerOptions: { rootDir: up, outDir: "out", noEmit: false, declaration: false, noCheck: true },
    include: [],
    files: [`${up}/test/io/store/${name}.ts`],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const done = spawnSync(process.execPath, [tsc, "-p", join(folder, "tsconfig.json")], { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`tsc: ${done.stdout}${done.stderr}`);
  return join(folder, "out", "test", "io", "store", `${name}.js`);
}
