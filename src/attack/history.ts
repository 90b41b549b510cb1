/**
 * What changed in ATT&CK between releases, as far as published mappings touch it: renamed and retired techniques of
 * the enterprise domain.
 *
 * Facts, from ATT&CK's release notes and the objects themselves. `until` is the last release known with the old
 * name, `from` the first known with the new one; a release between the two may carry either.
 */
import { compareAttackVersions } from "./attack-version.ts";

interface Rename {
  readonly id: string;
  readonly was: string;
  readonly until: string;
  readonly is: string;
  readonly from: string;
}

const rename = (id: string, was: string, until: string, is: string, from: string): Rename => ({
  id,
  was,
  until,
  is,
  from,
});

export const RENAMES: readonly Rename[] = [
  rename("T1001.003", "Protocol Impersonation", "15.1", "Protocol or Service Impersonation", "16.1"),
  rename("T1036.003", "Rename System Utilities", "16.1", "Rename Legitimate Utilities", "18.1"),
  rename(
    "T1036.005",
    "Match Legitimate Name or Location",
    "16.1",
    "Match Legitimate Resource Name or Location",
    "18.1",
  ),
  rename("T1037.002", "Logon Script (Mac)", "10.1", "Login Hook", "12.1"),
  rename("T1037.004", "Rc.common", "8.2", "RC Scripts", "9.0"),
  rename("T1046", "Network Service Scanning", "10.1", "Network Service Discovery", "12.1"),
  rename(
    "T1048.003",
    "Exfiltration Over Unencrypted/Obfuscated Non-C2 Protocol",
    "10.1",
    "Exfiltration Over Unencrypted Non-C2 Protocol",
    "12.1",
  ),
  rename("T1053.002", "At (Windows)", "10.1", "At", "12.1"),
  rename("T1059.007", "JavaScript/JScript", "8.2", "JavaScript", "9.0"),
  rename("T1070", "Indicator Removal on Host", "10.1", "Indicator Removal", "12.1"),
  rename(
    "T1098.002",
    "Exchange Email Delegate Permissions",
    "10.1",
    "Additional Email Delegate Permissions",
    "12.1",
  ),
  rename("T1098.003", "Add Office 365 Global Administrator Role", "10.1", "Additional Cloud Roles", "12.1"),
  rename(
    "T1111",
    "Two-Factor Authentication Interception",
    "10.1",
    "Multi-Factor Authentication Interception",
    "12.1",
  ),
  rename("T1176", "Browser Extensions", "16.1", "Software Extensions", "17.1"),
  rename("T1185", "Man in the Browser", "9.0", "Browser Session Hijacking", "10.0"),
  rename("T1216", "Signed Script Proxy Execution", "10.1", "System Script Proxy Execution", "12.1"),
  rename("T1217", "Browser Bookmark Discovery", "12.1", "Browser Information Discovery", "15.1"),
  rename("T1218", "Signed Binary Proxy Execution", "10.1", "System Binary Proxy Execution", "12.1"),
  rename("T1219", "Remote Access Software", "16.1", "Remote Access Tools", "17.1"),
  rename("T1484", "Domain Policy Modification", "14.1", "Domain or Tenant Policy Modification", "16.1"),
  rename("T1484.002", "Domain Trust Modification", "14.1", "Trust Modification", "16.1"),
  rename("T1497.003", "Time Based Evasion", "16.1", "Time Based Checks", "18.1"),
  rename("T1525", "Implant Container Image", "8.2", "Implant Internal Image", "9.0"),
  rename("T1530", "Data from Cloud Storage Object", "10.1", "Data from Cloud Storage", "12.1"),
  rename("T1546.004", ".bash_profile and .bashrc", "8.2", "Unix Shell Configuration Modification", "9.0"),
  rename("T1552.003", "Bash History", "16.1", "Shell History", "18.1"),
  rename("T1554", "Compromise Client Software Binary", "14.1", "Compromise Host Software Binary", "16.1"),
  rename("T1557", "Man-in-the-Middle", "9.0", "Adversary-in-the-Middle", "10.0"),
  rename("T1562.008", "Disable Cloud Logs", "12.1", "Disable or Modify Cloud Logs", "14.1"),
  rename("T1574.001", "DLL Search Order Hijacking", "16.1", "DLL", "17.1"),
  rename("T1574.006", "LD_PRELOAD", "8.2", "Dynamic Linker Hijacking", "9.0"),
];

/** Techniques that stopped counting, with the first release known without them and what replaced them. */
export const RETIRED: readonly {
  readonly id: string;
  readonly since: string;
  readonly by: string | null;
}[] = [
  { id: "T1053.001", since: "12.1", by: "T1053.002" },
  { id: "T1053.004", since: "10.1", by: null },
  { id: "T1547.011", since: "12.1", by: "T1647" },
  { id: "T1574.002", since: "17.1", by: "T1574.001" },
];

const renamesById: ReadonlyMap<string, Rename> = new Map(RENAMES.map((entry) => [entry.id, entry]));
const retiredById: ReadonlyMap<string, (typeof RETIRED)[number]> = new Map(
  RETIRED.map((entry) => [entry.id, entry]),
);

/** The names an enterprise technique may rightly bear in a release, or `null` if no rename is known of it. */
export function namesIn(id: string, version: string): readonly string[] | null {
  const entry = renamesById.get(id);
  if (entry === undefined) return null;
  if (compareAttackVersions(version, entry.until) <= 0) return [entry.was];
  return compareAttackVersions(version, entry.from) >= 0 ? [entry.is] : [entry.was, entry.is];
}

/** Every name a technique is known to have borne: none if no rename is known of it. */
export function formerNamesOf(id: string): readonly string[] {
  const entry = renamesById.get(id);
  return entry === undefined ? [] : [entry.was];
}

/** Why an enterprise technique no longer counts in a release, or `null` if nothing is known against it. */
export function retirementIn(id: string, version: string): { readonly by: string | null } | null {
  const entry = retiredById.get(id);
  return entry !== undefined && compareAttackVersions(version, entry.since) >= 0 ? { by: entry.by } : null;
}
