/** Whose manager: the system's, one account's, or what every account's manager shares (`systemctl --global`). */
export type Scope =
  | { readonly kind: "system" }
  | { readonly kind: "global-user" }
  | {
      readonly kind: "user";
      readonly name: string;
      readonly uid: number;
      readonly gid: number;
      readonly home: string;
      /** `/run/user/UID` where it was captured; null leaves out every directory below it. */
      readonly runtimeDirectory: string | null;
    };

/** The scope in reports: `system`, `global-user`, `user:NAME`. */
export function scopeName(scope: Scope): string {
  return scope.kind === "user" ? `user:${scope.name}` : scope.kind;
}
