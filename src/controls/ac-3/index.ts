import type { Check } from "../check.ts";

/** The checks of AC-3, one line each. */
export const AC_3_CHECKS: readonly Check[] = [];
