import { decodeAndRun } from "./decode-and-run.ts";
import { fetchAndRun } from "./fetch-and-run.ts";
import { hiddenUnitName } from "./hidden-unit-name.ts";
import { programInSharedDirectory } from "./program-in-shared-directory.ts";
import { rootRunsFileInHome } from "./root-runs-file-in-home.ts";
import type { Rule } from "./rule.ts";
import { writableByWeakerAccount } from "./writable-by-weaker-account.ts";

/** Every rule, one line each. */
export const RULES: readonly Rule[] = [
  decodeAndRun,
  fetchAndRun,
  hiddenUnitName,
  programInSharedDirectory,
  rootRunsFileInHome,
  writableByWeakerAccount,
];
