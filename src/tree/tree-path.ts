/** Names out of a mail are not to be trusted: what may be looked up in a tree, and what may not. */

/** The longest name that is looked up; Linux allows 4,096 bytes for a whole path. */
const MAX_LENGTH = 4000;

/**
 * The path in a form that stays inside a tree: relative, no empty, `.` or `..` part, no NUL or line end (git's batch
 * protocol ends a request there). Null when it is not such a path.
 */
export function safePath(path: string): string | null {
  if (path === "" || path.length > MAX_LENGTH || path.startsWith("/") || /[\0\n\r]/.test(path)) return null;
  const parts = path.split("/");
  return parts.some((part) => part === "" || part === "." || part === "..") ? null : path;
}

/** The same for a folder; "" is the root, a slash at the end is left off. */
export function safeFolder(folder: string): string | null {
  if (folder === "" || folder === ".") return "";
  return safePath(folder.endsWith("/") ? folder.slice(0, -1) : folder);
}
