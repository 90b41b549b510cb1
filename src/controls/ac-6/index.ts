import type { Check } from "../check.ts";
import { exposureIsLimited } from "./exposure-is-limited.ts";
import { lingeringNeedsAnAdministrator } from "./lingering-needs-an-administrator.ts";
import { localTimersDoNotRunAsRoot } from "./local-timers-do-not-run-as-root.ts";
import { minimumSandbox } from "./minimum-sandbox.ts";
import { noWayAroundUser } from "./no-way-around-user.ts";
import { privilegedActionsAreLogged } from "./privileged-actions-are-logged.ts";
import { privilegesWereReviewed } from "./privileges-were-reviewed.ts";
import { rootHasNoUserUnits } from "./root-has-no-user-units.ts";
import { sudoDoesNotHandOutTheManager } from "./sudo-does-not-hand-out-the-manager.ts";
import { timerOwnersAreNotRootEquivalent } from "./timer-owners-are-not-root-equivalent.ts";

/** The checks of AC-6, one line each. */
export const AC_6_CHECKS: readonly Check[] = [
  localTimersDoNotRunAsRoot,
  exposureIsLimited,
  minimumSandbox,
  noWayAroundUser,
  sudoDoesNotHandOutTheManager,
  lingeringNeedsAnAdministrator,
  rootHasNoUserUnits,
  timerOwnersAreNotRootEquivalent,
  privilegedActionsAreLogged,
  privilegesWereReviewed,
];
