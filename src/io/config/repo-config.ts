/** Reads `.github/patchwitness.yml` of a repository. */
import { type RepoConfig, repoConfigSchema } from "../../pulls/repo-config.js";
import { readYaml } from "./yaml-config.js";

/** The configuration, or all that is wrong with it. An empty text is the configuration of a repository that has none. */
export function readRepoConfig(text: string): RepoConfig | { problems: readonly string[] } {
  const { data, problems } = readYaml(text, repoConfigSchema, {});
  return data !== null && problems.length === 0 ? data : { problems };
}
