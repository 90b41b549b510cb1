import type { Check } from "../check.ts";

/** The checks of IA-2, one line each. */
export const IA_2_CHECKS: readonly Check[] = [];
