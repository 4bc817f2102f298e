/** Twelve versions of the RISC-V KVM series, over eight months and as many bases. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readInputs } from "../../src/io/read-input.js";
import type { Message } from "../../src/message/message.js";
import { fatesOf } from "../../src/report/fates.js";
import { reviewMessages } from "../../src/review/review.js";
import { parse, rules } from "../engine.js";

const CORPUS = fileURLToPath(new URL("../../../shared/corpus/linux-riscv-2019-2020.mbox.gz", import.meta.url));

/** All mails of the archive that post a version of the series. */
async function series(): Promise<Message[]> {
  const mails: Message[] = [];
  for await (const mail of readInputs([CORPUS]))
    if (/RISC-V: KVM|KVM RISC-V/i.test(mail.subject) && !mail.subjectInfo.reply) mails.push(mail);
  return mails;
}

describe.skipIf(!existsSync(CORPUS))(
  "findings of v1 to v12 of the RISC-V KVM series (skipped without ../shared)",
  () => {
    it("keep their ids, and are told as still there or mended", { timeout: 120_000 }, async () => {
      const result = await reviewMessages(await series(), { tree: null, rules, parse, version: "0", index: null });
      const versions = new Map<string, Set<number>>();
      for (const { message, findings } of result.reviewed)
        for (const { id } of findings)
          versions.set(id, (versions.get(id) ?? new Set()).add(message.subjectInfo.version));
      const fates = fatesOf(result.reviewed);
      const told = [...versions].map(
        ([id, of]) => `${id} ${[...of].sort((a, b) => a - b).join(",")}: ${fates.get(id)}`,
      );
      expect(told).toEqual(["e958aa196a118fb3 1,2,3,4,5,6,7,8,9,10,11,12: There since v1, still present in v12."]);
    });
  },
);
