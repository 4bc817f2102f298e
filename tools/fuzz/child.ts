/** A process that runs inputs, one after the other, and says which one it begins: whoever started it watches the clock. */
import { inputOf, readSeeds } from "./inputs.js";
import { openTargets } from "./targets.js";

interface Order {
  corpus: string | null;
  seed: number;
}

const send = (message: object): void => void process.send?.(message);

process.once("message", async ({ corpus, seed }: Order) => {
  const [targets, seeds] = [await openTargets(), readSeeds(corpus)];
  send({ ready: true });
  process.on("message", async ({ target, from, to }: { target: string; from: number; to: number }) => {
    const found = targets[target];
    if (found === undefined) throw new Error(`there is no target ${target}`);
    for (let index = from; index < to; index++) {
      const input = inputOf(found.kind, seeds, seed, index);
      send({ begun: index });
      try {
        await found.run(input);
      } catch (error) {
        send({ failed: index, why: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      }
    }
    send({ done: to, rss: process.resourceUsage().maxRSS * 1024 });
  });
});
