import type { Check } from "../check.ts";

/** The checks of SI-7, one line each. */
export const SI_7_CHECKS: readonly Check[] = [];
