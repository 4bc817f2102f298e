/** This package's version. The file stands as deep as what it is built to, so that both find the package's description. */
import { readFileSync } from "node:fs";

export const version = (): string => {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { version: found } = JSON.parse(text) as { version: string };
  return found;
};
