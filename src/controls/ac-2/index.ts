import type { Check } from "../check.ts";
import { onlyRootHasUidZero } from "./only-root-has-uid-0.ts";

/** The checks of AC-2, one line each. */
export const AC_2_CHECKS: readonly Check[] = [onlyRootHasUidZero];
