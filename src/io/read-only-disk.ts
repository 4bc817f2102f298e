/** Whether a disk is mounted read-only, which no right to write helps against. */
import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";

/** Asks of the place of a file or folder, or of the nearest folder above it that is there. */
export function isOnReadOnlyDisk(path: string): boolean {
  let place = path;
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  try {
    accessSync(place, constants.W_OK);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EROFS";
  }
}
