import type { Check } from "../check.ts";

/** The checks of AC-6, one line each. */
export const AC_6_CHECKS: readonly Check[] = [];
