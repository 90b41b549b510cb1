import type { Check } from "../check.ts";

/** The checks of CM-6, one line each. */
export const CM_6_CHECKS: readonly Check[] = [];
