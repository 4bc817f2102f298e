/**
 * The process that archive-bench measures: reads an epoch so many times over, makes the record of each mail, and prints what
 * each time took, as JSON: seconds, and processor seconds of itself and of the gits that it waited for.
 */
import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const digest = (bytes) => `sha256-${hash("sha256", bytes, "hex")}`;

/** Processor seconds so far, ended children included; NaN where there is no /proc. Linux counts in hundredths. */
function processorSeconds() {
  try {
    const [user, system, childUser, childSystem] = readFileSync("/proc/self/stat", "utf8")
      .split(") ")[1]
      .split(" ")
      .slice(11, 15)
      .map(Number);
    return (user + system + childUser + childSystem) / 100;
  } catch {
    return Number.NaN;
  }
}

async function readOnce(path, { openEpoch, openMail }) {
  const [wall, cpu] = [performance.now(), processorSeconds()];
  const kinds = { patch: 0, cover: 0, other: 0 };
  for await (const { mails } of openEpoch({ type: "epoch", name: "bench", path }).read(null, {})) {
    for (const mail of mails) kinds[(await openMail(mail, digest)).kind]++;
  }
  return { wall: (performance.now() - wall) / 1000, cpu: processorSeconds() - cpu, kinds };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [path, times] = process.argv.slice(2);
  // As the program does it.
  (await import("../../dist/io/compile-later.js")).compileLater();
  const { openEpoch } = await import("../../dist/io/archive/epoch.js");
  const { openMail } = await import("../../dist/watch/open-mail.js");
  const passes = [];
  for (let n = 0; n < Number(times); n++) passes.push(await readOnce(path, { openEpoch, openMail }));
  console.log(JSON.stringify(passes));
}
