import type { Check } from "../check.ts";
import { auditStorageDoesNotFailSilently } from "./audit-storage-does-not-fail-silently.ts";
import { auditWorks } from "./audit-works.ts";
import { canaryWasRecorded } from "./canary-was-recorded.ts";
import { detectionsExist } from "./detections-exist.ts";
import { executionIsSeen } from "./execution-is-seen.ts";
import { homeUnitsAreSeen } from "./home-units-are-seen.ts";
import { journalIsKept } from "./journal-is-kept.ts";
import { logHasNoGaps } from "./log-has-no-gaps.ts";
import { recordsReachOthers } from "./records-reach-others.ts";
import { timerPlacesAreAudited } from "./timer-places-are-audited.ts";
import { timersDoNotSilenceThemselves } from "./timers-do-not-silence-themselves.ts";

/** The checks of SI-4, one line each. */
export const SI_4_CHECKS: readonly Check[] = [
  auditWorks,
  timerPlacesAreAudited,
  homeUnitsAreSeen,
  executionIsSeen,
  journalIsKept,
  timersDoNotSilenceThemselves,
  auditStorageDoesNotFailSilently,
  recordsReachOthers,
  logHasNoGaps,
  detectionsExist,
  canaryWasRecorded,
];
