import type { Span } from "../../syntax/span.ts";

/** What polkit lets somebody do without an administrator's word. */
export interface PolkitGrant {
  /** `yes`, `auth_self`, `auth_self_keep`, as in policies. */
  readonly result: string;
  /** Does it concern this action? `null` when that cannot be told without running it. */
  concerns(action: string): boolean | null;
  /** Who must be asking: user names, group names; both empty for anyone. */
  readonly users: readonly string[];
  readonly groups: readonly string[];
  /** Units it is limited to by `action.lookup("unit")`; empty for any. */
  readonly units: readonly string[];
  readonly span: Span;
}
