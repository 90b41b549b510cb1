/**
 * The seed of everything a test makes at random. It is the same in every run, so that a run that fails tells of the
 * change at hand; `TIMERWARDEN_SEED=N` takes another, and with `TIMERWARDEN_DIFF` searches where nobody has looked yet.
 */
import fc from "fast-check";

export const SEED: number = Number(process.env["TIMERWARDEN_SEED"] ?? "20261129");

fc.configureGlobal({ seed: SEED });
