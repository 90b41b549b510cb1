import type { Call } from "./engine.ts";
import type { Value } from "./value.ts";

const LABEL = /^\S+ as (\S+)/;

/** The call under a name that tells, in `via`, as whom what it runs is run: `runuser as www-data`. */
export function asAccount(call: Call, account: Value | undefined): Call {
  const name = /^[\w.@\\-]+/.exec(account?.complete ? account.text : "")?.[0];
  return name === undefined ? call : { ...call, name: `${call.name} as ${name}` };
}

/** The account of the innermost wrapper that changes it; `null` when none does. */
export function accountIn(via: readonly string[]): string | null {
  for (const label of [...via].reverse()) {
    const account = LABEL.exec(label)?.[1];
    if (account !== undefined) return account;
  }
  return null;
}
