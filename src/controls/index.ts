import { AC_2_CHECKS } from "./ac-2/index.ts";
import { AC_3_CHECKS } from "./ac-3/index.ts";
import { AC_5_CHECKS } from "./ac-5/index.ts";
import { AC_6_CHECKS } from "./ac-6/index.ts";
import { CA_7_CHECKS } from "./ca-7/index.ts";
import type { Check } from "./check.ts";
import { CM_5_CHECKS } from "./cm-5/index.ts";
import { CM_6_CHECKS } from "./cm-6/index.ts";
import { IA_2_CHECKS } from "./ia-2/index.ts";
import { SI_4_CHECKS } from "./si-4/index.ts";
import { SI_7_CHECKS } from "./si-7/index.ts";

/** Every check, in the order of its control and number. */
export const CHECKS: readonly Check[] = [
  ...AC_2_CHECKS,
  ...AC_3_CHECKS,
  ...AC_5_CHECKS,
  ...AC_6_CHECKS,
  ...CA_7_CHECKS,
  ...CM_5_CHECKS,
  ...CM_6_CHECKS,
  ...IA_2_CHECKS,
  ...SI_4_CHECKS,
  ...SI_7_CHECKS,
];
