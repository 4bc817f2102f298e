/** manifest.js.gz of public-inbox (and grokmirror): the git repositories of an inbox, and what they held last. */
import { SourceError } from "../../watch/source.js";
import { isRecord } from "./cursor.js";

export interface ManifestEpoch {
  epoch: number;
  /** Of the repository, for git. */
  url: string;
  /** Digest of its references; null where the server names none. */
  fingerprint: string | null;
  /** Seconds since 1970. */
  modified: number | null;
}

/** The fingerprint is the SHA-1 of what git show-ref prints; this one is that of a repository without a commit. */
const NO_REFERENCES = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
/** An inbox of the busiest list has some 20 epochs. */
const MAX_EPOCHS = 1000;

/**
 * The epochs that a manifest names below an inbox, in order. An inbox of version 1 is named itself and counts as epoch 0.
 * @throws SourceError malformed, not-found
 */
export function parseManifest(json: Buffer, inbox: URL): ManifestEpoch[] {
  let manifest: unknown;
  try {
    manifest = JSON.parse(json.toString("utf8"));
  } catch (error) {
    throw new SourceError("malformed", `the manifest of ${inbox.href} is no JSON`, null, { cause: error });
  }
  if (!isRecord(manifest)) throw new SourceError("malformed", `the manifest of ${inbox.href} is no object`);
  const base = inbox.pathname.replace(/\/$/, "");
  const epochs: ManifestEpoch[] = [];
  let named = false;
  for (const [path, entry] of Object.entries(manifest)) {
    const epoch = epochOf(path, base);
    if (epoch === null || !isRecord(entry)) continue;
    named = true;
    if (entry.fingerprint === NO_REFERENCES) continue;
    epochs.push({
      epoch,
      url: new URL(path, inbox).href,
      fingerprint: typeof entry.fingerprint === "string" ? entry.fingerprint : null,
      modified: typeof entry.modified === "number" ? entry.modified : null,
    });
  }
  if (!named) throw new SourceError("not-found", `the manifest of ${inbox.href} names no epochs of it`);
  if (epochs.length > MAX_EPOCHS) throw new SourceError("too-large", `${inbox.href} has ${epochs.length} epochs`);
  return epochs.sort((a, b) => a.epoch - b.epoch);
}

/** The number in "/kvm/git/0.git" (public-inbox) or "/kvm/0.git"; 0 for "/kvm"; null for what is not below the inbox. */
function epochOf(path: string, base: string): number | null {
  if (path === base || path === `${base}.git`) return 0;
  if (!path.startsWith(`${base}/`)) return null;
  const match = /^(?:git\/)?(\d{1,6})(?:\.git)?$/.exec(path.slice(base.length + 1));
  return match === null ? null : Number(match[1]);
}
