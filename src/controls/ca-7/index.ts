import type { Check } from "../check.ts";

/** The checks of CA-7, one line each. */
export const CA_7_CHECKS: readonly Check[] = [];
