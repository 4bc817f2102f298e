/**
 * A state of the kernel's files, wherever it is kept. Implementations live in io/ (folder, git, GitHub); a test gives a
 * map. Reading is asynchronous, so that the analysis itself can stay pure: it is handed texts.
 */
export interface SourceTree {
  /** What a report calls this tree, such as "folder linux-6.12" or "git 0123abcd"; never a machine's path. */
  readonly label: string;
  /** The text of a file (LF or CRLF as stored), or null when there is none. Throws on I/O failure. */
  readFile(path: string): Promise<string | null>;
  /** The text of the blob with this (possibly abbreviated) id, or null when unknown or not a git tree. */
  readBlob(id: string): Promise<string | null>;
  /** Paths of all files below a folder ("" for the root), relative to the tree, sorted by code unit. */
  list(folder: string): Promise<string[]>;
  /**
   * The full blob id of the file at a path (SHA-1 of "blob <size>\0<bytes>", as git names it), or null when there is no
   * such file or it is not known. A folder tree has no blobs to look up, but can say whether a file is the one that an
   * `index` line names.
   */
  blobId?(path: string): Promise<string | null>;
  /**
   * What tells the states of files apart without reading them: a blob id, or times and size. Null where there is no file.
   * `place` says which tree it is; it is a key, and never shown.
   */
  states?: { place: string; of(paths: readonly string[]): Promise<(string | null)[]> };
}
