import type { Check } from "../check.ts";

/** The checks of SI-4, one line each. */
export const SI_4_CHECKS: readonly Check[] = [];
