/** ATT&CK release numbers such as `9.0` and `16.1`: numbers, so `9.0` is before `16.1`. */

const ATTACK_VERSION = /^v?(\d{1,4})(?:\.(\d{1,4}))?$/;

/** Major and minor number, or `null` if the text is no release number. A lacking minor is `null`. */
export function parseAttackVersion(
  text: string,
): { readonly major: number; readonly minor: number | null } | null {
  const [, major, minor] = ATTACK_VERSION.exec(text.trim()) ?? [];
  if (major === undefined) return null;
  return { major: Number(major), minor: minor === undefined ? null : Number(minor) };
}

/** Negative if `a` is the older release. Text that is no release number is older than every release. */
export function compareAttackVersions(a: string, b: string): number {
  const left = parseAttackVersion(a);
  const right = parseAttackVersion(b);
  if (left === null || right === null) return Number(left !== null) - Number(right !== null);
  return left.major - right.major || (left.minor ?? 0) - (right.minor ?? 0);
}

/** True if `version` is what the operator asked for: `9.0` means that release, `16` any release of that major. */
export function isAttackVersion(version: string, asked: string): boolean {
  const left = parseAttackVersion(version);
  const right = parseAttackVersion(asked);
  if (left === null || right === null) return version === asked;
  return left.major === right.major && (right.minor === null || (left.minor ?? 0) === right.minor);
}
