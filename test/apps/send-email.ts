/** Whether git send-email can be run: Debian ships git without the Perl module that it reads addresses with. */
import { spawnSync } from "node:child_process";

const asked = spawnSync("git", ["send-email", "-h"], { encoding: "utf8" });
const hasModule = spawnSync("perl", ["-MMail::Address", "-e1"]).status === 0;
export const hasSendEmail = hasModule && `${asked.stdout}${asked.stderr}`.includes("--dry-run");
