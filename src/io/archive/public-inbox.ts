/**
 * A public-inbox over HTTP, as operators of lore ask for: its manifest says what changed, git brings that into mirrors here,
 * and the mirrors are read like an inbox of the file system.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Batch, Source } from "../../watch/source.js";
import type { PublicInboxConfig } from "../../watch/source-config.js";
import { type BatchLimits, inBatches, type Step } from "./batches.js";
import type { ArchiveContext } from "./context.js";
import { HttpClient } from "./http.js";
import { httpOptions, listUrl, safeName } from "./http-source.js";
import { type InboxPosition, inboxPosition, readInbox } from "./inbox.js";
import { type ManifestEpoch, parseManifest } from "./manifest.js";
import { updateMirror } from "./mirror.js";

const MAX_MANIFEST = 16 * 1024 * 1024;

/** Follows a public-inbox by its manifest. */
export function openPublicInbox(config: PublicInboxConfig, context: ArchiveContext, limits?: BatchLimits): Source {
  const inbox = listUrl(config.url);
  const http = new HttpClient(httpOptions(config, inbox, context));
  const folder = join(context.dataFolder, "mirrors", safeName(config.name));

  async function* steps(start: InboxPosition, signal?: AbortSignal): AsyncGenerator<Step<InboxPosition>> {
    const url = new URL("manifest.js.gz", inbox).href;
    const manifest = await http.get(url, { expected: "gzip", maxInflated: MAX_MANIFEST, signal });
    let position = start;
    for (const epoch of wanted(parseManifest(manifest.body, inbox), start, config.firstEpoch ?? 0)) {
      const path = join(folder, `${epoch.epoch}.git`);
      await refresh(path, epoch, () =>
        updateMirror(path, epoch.url, {
          ...config,
          userAgent: context.userAgent,
          time: context.time,
          signal,
        }),
      );
      // One epoch after the other: the first mails are judged while there is more to fetch.
      for await (const step of readInbox(folder, [epoch.epoch], position, signal)) {
        position = step.position;
        yield step;
      }
    }
  }

  return {
    name: config.name,
    read: (cursor, { signal }): AsyncGenerator<Batch> =>
      inBatches(steps(inboxPosition(cursor), signal), signal, limits),
    close: () => http.close(),
  };
}

/** The epochs to follow. With "latest" those from the first that the cursor knows, or from the newest. */
function wanted(epochs: ManifestEpoch[], position: InboxPosition, first: number | "latest"): ManifestEpoch[] {
  const begun = Object.keys(position.epochs).map(Number);
  const newest = epochs.at(-1)?.epoch ?? 0;
  const from = first === "latest" ? Math.min(newest, ...begun) : first;
  return epochs.filter((epoch) => epoch.epoch >= from);
}

/** Updates a mirror unless it holds what the manifest says already; what it holds is written down in it. */
async function refresh(path: string, epoch: ManifestEpoch, update: () => Promise<void>): Promise<void> {
  const { fingerprint, modified } = epoch;
  const known = fingerprint !== null || modified !== null;
  const note = join(path, "fetched.json");
  const held = JSON.stringify({ url: epoch.url, fingerprint, modified });
  if (known && (await readFile(note, "utf8").catch(() => "")) === held) return;
  await update();
  // Without the note git is asked again, which does no harm.
  await writeFile(note, held).catch(() => {});
}
