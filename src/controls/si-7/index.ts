import type { Check } from "../check.ts";
import { baselineMatches } from "./baseline-matches.ts";
import { bootIsSecured } from "./boot-is-secured.ts";
import { checkIsScheduled } from "./check-is-scheduled.ts";
import { contentIsAppraised } from "./content-is-appraised.ts";
import { findingsGoSomewhere } from "./findings-go-somewhere.ts";
import { nothingUnpackagedInVendorPlaces } from "./nothing-unpackaged-in-vendor-places.ts";
import { ownPartsAreIntact } from "./own-parts-are-intact.ts";
import { packagedFilesMatch } from "./packaged-files-match.ts";
import { timerPlacesAreCompared } from "./timer-places-are-compared.ts";
import { timersRunKnownPrograms } from "./timers-run-known-programs.ts";
import { usrIsVerified } from "./usr-is-verified.ts";

/** The checks of SI-7, one line each. */
export const SI_7_CHECKS: readonly Check[] = [
  timerPlacesAreCompared,
  baselineMatches,
  packagedFilesMatch,
  nothingUnpackagedInVendorPlaces,
  timersRunKnownPrograms,
  usrIsVerified,
  contentIsAppraised,
  bootIsSecured,
  checkIsScheduled,
  findingsGoSomewhere,
  ownPartsAreIntact,
];
