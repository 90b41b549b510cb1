import type { Check } from "../check.ts";
import { auditLogGroupIsSeparate } from "./audit-log-group-is-separate.ts";
import { auditRulesAreLocked } from "./audit-rules-are-locked.ts";
import { authorIsNotApprover } from "./author-is-not-approver.ts";
import { baselineIsOutOfReach } from "./baseline-is-out-of-reach.ts";
import { fullPowerIsBreakGlass } from "./full-power-is-break-glass.ts";
import { nobodyChangesUnitsAndAudit } from "./nobody-changes-units-and-audit.ts";
import { recordsLeaveTheHost } from "./records-leave-the-host.ts";

/** The checks of AC-5, one line each. */
export const AC_5_CHECKS: readonly Check[] = [
  nobodyChangesUnitsAndAudit,
  fullPowerIsBreakGlass,
  auditLogGroupIsSeparate,
  recordsLeaveTheHost,
  baselineIsOutOfReach,
  auditRulesAreLocked,
  authorIsNotApprover,
];
