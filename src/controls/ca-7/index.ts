import type { Check } from "../check.ts";
import { assessmentRanInTime } from "./assessment-ran-in-time.ts";
import { clockIsDisciplined } from "./clock-is-disciplined.ts";
import { driftWasComputed } from "./drift-was-computed.ts";
import { historyHasNoGaps } from "./history-has-no-gaps.ts";
import { monitorsAreOn } from "./monitors-are-on.ts";
import { monitorsSawTheLastChange } from "./monitors-saw-the-last-change.ts";
import { noOldOpenFailures } from "./no-old-open-failures.ts";
import { statusGoesSomewhere } from "./status-goes-somewhere.ts";

/** The checks of CA-7, one line each. */
export const CA_7_CHECKS: readonly Check[] = [
  assessmentRanInTime,
  historyHasNoGaps,
  driftWasComputed,
  monitorsAreOn,
  monitorsSawTheLastChange,
  statusGoesSomewhere,
  noOldOpenFailures,
  clockIsDisciplined,
];
