import type { Accounts } from "../accounts/accounts.ts";
import { type WriterIndex, writerIndex } from "../accounts/writers.ts";
import type { Host } from "../hosts/host.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { Manager } from "../manager/manager.ts";
import { type Declarations, UNDECLARED } from "./declarations.ts";
import type { AssessmentHistory } from "./history.ts";

/** What checks judge: one host, what its operator declares, and whatever has been read of it so far. */
export interface Subject {
  readonly inventory: Inventory;
  readonly host: Host;
  readonly accounts: Accounts;
  readonly nowUsec: number;
  readonly declared: Declarations;
  /** Earlier assessments of this host; `null` when none were given. */
  readonly history: AssessmentHistory | null;
  readonly writers: WriterIndex;
  /** The system's manager; `null` when only users' were asked for. */
  readonly system: Manager | null;
  /**
   * What a reader makes of the host, remembered: several checks ask for sudoers, and it is parsed once. The function
   * itself is the key, so hand over a named one.
   */
  once<T>(read: (subject: Subject) => T): T;
}

export function subjectOf(
  inventory: Inventory,
  declared: Partial<Declarations> = {},
  history: AssessmentHistory | null = null,
): Subject {
  const known = new Map<unknown, unknown>();
  const subject: Subject = {
    inventory,
    host: inventory.host,
    accounts: inventory.accounts,
    nowUsec: inventory.nowUsec,
    declared: { ...UNDECLARED, ...declared },
    history,
    writers: writerIndex(inventory.host, inventory.accounts),
    system: inventory.managers.find(({ scope }) => scope.kind === "system") ?? null,
    once<T>(read: (subject: Subject) => T): T {
      if (!known.has(read)) known.set(read, read(subject));
      return known.get(read) as T;
    },
  };
  return subject;
}
