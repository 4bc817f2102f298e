/**
 * Property tests try the same cases in every run, so that what passes here passes elsewhere. Others are tried with
 * PATCHWITNESS_SEED=N, or with PATCHWITNESS_SEED=random.
 */
import fc from "fast-check";

const asked = process.env.PATCHWITNESS_SEED ?? "1";
if (asked !== "random") fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(asked) });
