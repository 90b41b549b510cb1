import type { Check } from "../check.ts";

/** The checks of AC-5, one line each. */
export const AC_5_CHECKS: readonly Check[] = [];
