import type { Check } from "../check.ts";
import { changesFallInAWindow } from "./changes-fall-in-a-window.ts";
import { declaredPeopleChangeUnits } from "./declared-people-change-units.ts";
import { enabledAsPresetsSay } from "./enabled-as-presets-say.ts";
import { generatorsArePackaged } from "./generators-are-packaged.ts";
import { localTimersAreApproved } from "./local-timers-are-approved.ts";
import { noOverrideOfVendorUnits } from "./no-override-of-vendor-units.ts";
import { packagesMustBeSigned } from "./packages-must-be-signed.ts";
import { unitChangesAreAudited } from "./unit-changes-are-audited.ts";
import { unitTreeIsWriteProtected } from "./unit-tree-is-write-protected.ts";
import { vendorUnitsAreUnedited } from "./vendor-units-are-unedited.ts";

/** The checks of CM-5, one line each. */
export const CM_5_CHECKS: readonly Check[] = [
  declaredPeopleChangeUnits,
  localTimersAreApproved,
  noOverrideOfVendorUnits,
  vendorUnitsAreUnedited,
  generatorsArePackaged,
  packagesMustBeSigned,
  unitChangesAreAudited,
  changesFallInAWindow,
  enabledAsPresetsSay,
  unitTreeIsWriteProtected,
];
