import type { Check } from "../check.ts";
import { accountChangesAreAudited } from "./account-changes-are-audited.ts";
import { disabledAccountHasNoLiveTimer } from "./disabled-account-has-no-live-timer.ts";
import { lingeringIsApproved } from "./lingering-is-approved.ts";
import { namesAndIdsAreUnique } from "./names-and-ids-are-unique.ts";
import { noOrphanOwnsAUnit } from "./no-orphan-owns-a-unit.ts";
import { onlyRootHasUidZero } from "./only-root-has-uid-0.ts";
import { powerfulGroupsAreDeclared } from "./powerful-groups-are-declared.ts";
import { runAsAccountsExist } from "./run-as-accounts-exist.ts";
import { serviceAccountsCannotLogIn } from "./service-accounts-cannot-log-in.ts";
import { timerOwnersAreNotDormant } from "./timer-owners-are-not-dormant.ts";

/** The checks of AC-2, one line each. */
export const AC_2_CHECKS: readonly Check[] = [
  onlyRootHasUidZero,
  runAsAccountsExist,
  disabledAccountHasNoLiveTimer,
  lingeringIsApproved,
  noOrphanOwnsAUnit,
  namesAndIdsAreUnique,
  serviceAccountsCannotLogIn,
  accountChangesAreAudited,
  timerOwnersAreNotDormant,
  powerfulGroupsAreDeclared,
];
