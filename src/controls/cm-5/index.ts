import type { Check } from "../check.ts";

/** The checks of CM-5, one line each. */
export const CM_5_CHECKS: readonly Check[] = [];
