/** Folders of rules as their authors see them: cases, pages, new folders, and word of every change. */
import { mkdirSync, readdirSync, readFileSync, watch, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { RuleFolder } from "../rules/rule-folder.js";
import type { CaseFile } from "../rules/run-case.js";
import { shippedRules } from "./load-rules.js";

/** The folder that `--rules` names, or that of the rules which ship with the package. */
export const rulesFolder = (named: string | undefined): string => named ?? shippedRules();

const filesIn = (folder: string, ending: RegExp): CaseFile[] => {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => ending.test(name));
  } catch {
    return [];
  }
  return names.sort().map((file) => ({ file, text: readFileSync(join(folder, file), "utf8") }));
};

/** The texts of a rule's folder; what is not there is left out. */
export const readRuleFolder = (folder: string, id: string): RuleFolder => {
  const own = join(folder, id);
  const [readme] = filesIn(own, /^README\.md$/);
  return { yaml: filesIn(own, /\.yaml$/), readme: readme?.text ?? null, cases: filesIn(join(own, "cases"), /\.c$/) };
};

/** Writes the files of a new rule below a folder of rules. Throws when one of them is there already. */
export const writeRuleFolder = (folder: string, files: ReadonlyMap<string, string>): void => {
  for (const [path, text] of files) {
    const full = join(folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text, { flag: "wx" });
  }
};

/** Editors write a file in several steps: what comes within this time is one change. */
const SETTLE_MS = 150;

/** Runs `work` after every change below a folder, one run at a time, until the process ends. */
export const onEveryChange = (folder: string, work: () => Promise<void>): Promise<never> =>
  new Promise<never>((_, reject) => {
    let timer: NodeJS.Timeout | null = null;
    let running = false;
    let again = false;
    const run = async (): Promise<void> => {
      if (running) {
        again = true;
        return;
      }
      running = true;
      do {
        again = false;
        await work();
      } while (again);
      running = false;
    };
    const watcher = watch(folder, { recursive: true }, () => {
      if (timer !== null) clearTimeout(timer);
      timer = setTimeout(() => void run().catch(reject), SETTLE_MS);
    });
    watcher.on("error", reject);
  });
