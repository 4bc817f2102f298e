// Draws docs/pictures/*.svg, with what the program says of the examples in fixtures/pictures: a picture that is fresh does not lie.
// Run through tsx: `npm run pictures`. With --check it fails when a file is not what this would write.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ids } from "./pictures/ids.mjs";
import { lockset } from "./pictures/lockset.mjs";
import { sides } from "./pictures/sides.mjs";
import { way } from "./pictures/way.mjs";

const folder = new URL("../docs/pictures/", import.meta.url);
mkdirSync(folder, { recursive: true });
const stale = [];
for (const [name, draw] of Object.entries({ way, lockset, sides, ids })) {
  const file = fileURLToPath(new URL(`${name}.svg`, folder));
  const drawn = draw();
  if (!process.argv.includes("--check")) writeFileSync(file, drawn);
  else if (readFileSync(file, "utf8") !== drawn) stale.push(`docs/pictures/${name}.svg`);
}
if (stale.length > 0) {
  console.error(`stale: ${stale.join(", ")}; run npm run pictures`);
  process.exit(1);
}
