/** Ids of git's blobs. */
import { createHash } from "node:crypto";

/** The id that git gives to bytes (gitformat-loose(5): digest of header and content). */
export function blobIdOf(bytes: Uint8Array, algorithm: "sha1" | "sha256" = "sha1"): string {
  return createHash(algorithm).update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

/** Whether bytes are those of an id. */
export const isBlob = (id: string, bytes: Uint8Array): boolean =>
  blobIdOf(bytes, id.length === 64 ? "sha256" : "sha1") === id;
