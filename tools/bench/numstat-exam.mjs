/**
 * Exam: for every mail of the archive whose patch `git mailinfo | git apply --numstat` accepts, the same files with the
 * same counts. Git reads `-p1` always; where a mail was made without prefixes it takes a real folder for one, and where
 * we keep that folder the disagreement is listed as such.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readPatches } from "../../dist/patch/read-patch.js";
import { loadCorpus, share, skipped, table } from "./corpus.mjs";

const env = { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir(), LC_ALL: "C" };

/** What git makes of a raw mail: sorted numstat lines, or null when it refuses or finds no patch. */
function gitNumstat(folder, raw) {
  const message = join(folder, "message");
  const patch = join(folder, "patch");
  const info = spawnSync("git", ["mailinfo", "--scissors", message, patch], { cwd: folder, env, input: raw });
  if (info.status !== 0) return null;
  const bytes = readFileSync(patch);
  if (bytes.length === 0) return null;
  const numstat = spawnSync("git", ["apply", "--numstat", "-z"], { cwd: folder, env, input: bytes, encoding: "utf8" });
  if (numstat.status !== 0) return null;
  return numstat.stdout.split("\0").filter((line) => line !== "");
}

function ourNumstat(message) {
  const files = readPatches(message).patch?.files ?? [];
  const counts = (file) => (file.binary ? "-\t-" : `${file.additions}\t${file.deletions}`);
  return files.map((file) => `${counts(file)}\t${file.newPath ?? file.oldPath}`);
}

/** True when the names differ only by a first folder that git took for a prefix. */
function onlyPrefix(git, ours) {
  const rest = (line) => line.replace(/^(\S+\t\S+\t)[^/]+\//, "$1");
  return git.length === ours.length && git.every((line) => ours.some((own) => own === line || rest(own) === line));
}

export default async function numstatExam() {
  const mails = await loadCorpus();
  if (mails === null) return skipped("numstat-exam");
  const folder = mkdtempSync(join(tmpdir(), "numstat-"));
  let accepted = 0;
  let equal = 0;
  const differing = [];
  try {
    for (const { raw, message } of mails) {
      const git = gitNumstat(folder, raw);
      if (git === null || git.length === 0) continue;
      accepted += 1;
      const ours = ourNumstat(message);
      if ([...git].sort().join("\n") === [...ours].sort().join("\n")) equal += 1;
      else
        differing.push([
          message.messageId ?? message.subject,
          onlyPrefix(git, ours) ? "git took a folder for a prefix" : "differs",
        ]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  table("files and counts against git mailinfo | git apply --numstat", [
    ["mails whose patch git accepts", `${accepted}`],
    ["same files, same counts", share(equal, accepted)],
    ...differing.map(([id, why]) => [`  ${id}`, why]),
  ]);
}
