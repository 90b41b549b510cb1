import type { Check } from "../check.ts";
import { loginUidIsSet } from "./login-uid-is-set.ts";
import { noDirectRootLogin } from "./no-direct-root-login.ts";
import { noEmptyPasswords } from "./no-empty-passwords.ts";
import { privilegedAccountsArePersonal } from "./privileged-accounts-are-personal.ts";
import { secondFactorBeforeChange } from "./second-factor-before-change.ts";
import { sudoAuthenticatesThePerson } from "./sudo-authenticates-the-person.ts";
import { timersHaveAnAuthor } from "./timers-have-an-author.ts";
import { usersAreUnique } from "./users-are-unique.ts";

/** The checks of IA-2, one line each. */
export const IA_2_CHECKS: readonly Check[] = [
  usersAreUnique,
  noEmptyPasswords,
  timersHaveAnAuthor,
  loginUidIsSet,
  noDirectRootLogin,
  privilegedAccountsArePersonal,
  secondFactorBeforeChange,
  sudoAuthenticatesThePerson,
];
