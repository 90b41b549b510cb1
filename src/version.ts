/** The version of this program; `version.test.ts` holds it equal to the package's. */
export const VERSION = "0.1.0";
