/** A process of its own that writes and reads a cache folder, and says how many answers were wrong. */
import { openBlobCache } from "../../../src/io/github/blob-cache.js";
import { blobIdOf } from "../../../src/io/github/blob-id.js";

const cache = openBlobCache({ folder: process.argv[2] ?? "", memoryBytes: 0, diskBytes: 200_000 });
let wrong = 0;
for (let n = 0; n < 400; n++) {
  const bytes = Buffer.from(`${n % 50}`.padEnd(5000, "."));
  const id = blobIdOf(bytes);
  await cache.put("p", id, bytes);
  const found = await cache.get("p", id);
  if (found !== null && !found.equals(bytes)) wrong++;
}
process.send?.(`wrong ${wrong}`);
process.disconnect?.();
