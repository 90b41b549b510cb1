import type { Check } from "../check.ts";
import { deviationsExpire } from "./deviations-expire.ts";
import { hardeningWasAssessed } from "./hardening-was-assessed.ts";
import { managersAreConfiguredSafely } from "./managers-are-configured-safely.ts";
import { packagedTimersFollowPresets } from "./packaged-timers-follow-presets.ts";

/** The checks of CM-6, one line each. */
export const CM_6_CHECKS: readonly Check[] = [
  hardeningWasAssessed,
  managersAreConfiguredSafely,
  packagedTimersFollowPresets,
  deviationsExpire,
];
