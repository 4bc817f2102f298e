/**
 * The published form of `review parse --series`, as a zod type: the JSON Schema in schemas/ is generated from here. The
 * object is loose, because the contract lets later versions add fields; none of those named here may be dropped.
 */
import { z } from "zod";
import { INCOMPLETE } from "../thread/series.js";

const messageId = z.string().nullable().meta({ description: "without <>" });

export const parsedSeriesSchema = z
  .looseObject({
    title: z.string().meta({ description: "of the cover letter, else of the first patch" }),
    author: z.looseObject({ name: z.string(), address: z.string() }),
    version: z.number().int(),
    total: z.number().int(),
    cover: messageId,
    patches: z.array(messageId).meta({ description: "Message-IDs in order" }),
    incomplete: z.enum(INCOMPLETE).nullable().meta({ description: "why patches are missing, or null" }),
    previous: messageId.meta({ description: "cover or first id of the version before, or null" }),
  })
  .meta({ title: "patchwitness series", description: "A line of review parse --series." });
