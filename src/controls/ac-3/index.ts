import type { Check } from "../check.ts";
import { busPolicyIsPackaged } from "./bus-policy-is-packaged.ts";
import { closureFilesAreProtected } from "./closure-files-are-protected.ts";
import { enablingLinksLeadHome } from "./enabling-links-lead-home.ts";
import { lingerDirectoriesAreRoots } from "./linger-directories-are-roots.ts";
import { mandatoryAccessControlIsOn } from "./mandatory-access-control-is-on.ts";
import { polkitAsksAnAdministrator } from "./polkit-asks-an-administrator.ts";
import { unitDirectoriesAreRoots } from "./unit-directories-are-roots.ts";
import { userUnitsAreTheirUsers } from "./user-units-are-their-users.ts";

/** The checks of AC-3, one line each. */
export const AC_3_CHECKS: readonly Check[] = [
  unitDirectoriesAreRoots,
  closureFilesAreProtected,
  enablingLinksLeadHome,
  polkitAsksAnAdministrator,
  busPolicyIsPackaged,
  lingerDirectoriesAreRoots,
  userUnitsAreTheirUsers,
  mandatoryAccessControlIsOn,
];
