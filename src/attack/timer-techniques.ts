/**
 * The technique this program is about, with its neighbours, so that names and joins need no import.
 *
 * Facts (ids, names, tactics, platforms, STIX ids) of MITRE ATT&CK enterprise 18.1. © The MITRE Corporation; this
 * work is reproduced and distributed with the permission of The MITRE Corporation (attack.mitre.org terms of use).
 */
import type { AttackRelease, DetectionStrategy, Named, Technique } from "./technique.ts";

const SCHEDULED = ["execution", "persistence", "privilege-escalation"];
const PERSISTENT = ["persistence", "privilege-escalation"];
const NO_TIES = { mitigations: [], detections: [] };

type Ties = Pick<Technique, "mitigations" | "detections">;

function technique(
  id: string,
  name: string,
  tactics: readonly string[],
  platforms: readonly string[],
  uuid: string,
  ties: Ties = NO_TIES,
): Technique {
  return {
    id,
    name,
    tactics,
    platforms,
    stixId: `attack-pattern--${uuid}`,
    state: "active",
    revokedBy: null,
    ...ties,
  };
}

/** T1053 and its active sub-techniques, and what touches systemd, the shell and their hiding. */
export const TIMER_TECHNIQUES: readonly Technique[] = [
  technique(
    "T1036.004",
    "Masquerade Task or Service",
    ["defense-evasion"],
    ["Linux", "Windows", "macOS"],
    "7bdca9d5-d500-4d7d-8c52-5fd47baf4c0c",
  ),
  technique(
    "T1053",
    "Scheduled Task/Job",
    SCHEDULED,
    ["Containers", "ESXi", "Linux", "Windows", "macOS"],
    "35dd844a-b219-4e2b-a6bb-efa9a75995a9",
    { mitigations: [], detections: ["DET0094"] },
  ),
  technique(
    "T1053.002",
    "At",
    SCHEDULED,
    ["Linux", "Windows", "macOS"],
    "f3d95a1f-bba2-44ce-9af7-37866cd63fd0",
  ),
  technique(
    "T1053.003",
    "Cron",
    SCHEDULED,
    ["ESXi", "Linux", "macOS"],
    "2acf44aa-542f-4366-b4eb-55ef5747759c",
    { mitigations: ["M1018", "M1047"], detections: ["DET0290"] },
  ),
  technique("T1053.005", "Scheduled Task", SCHEDULED, ["Windows"], "005a06c6-14bf-4118-afa0-ebcd8aebb0c9"),
  technique("T1053.006", "Systemd Timers", SCHEDULED, ["Linux"], "a542bac9-7bc1-4da7-9a09-96f69e23cc21", {
    mitigations: ["M1018", "M1022", "M1026"],
    detections: ["DET0231"],
  }),
  technique(
    "T1053.007",
    "Container Orchestration Job",
    SCHEDULED,
    ["Containers"],
    "1126cab1-c700-412f-a510-61f4937bb096",
  ),
  technique(
    "T1059.004",
    "Unix Shell",
    ["execution"],
    ["ESXi", "Linux", "Network Devices", "macOS"],
    "a9d4b653-6915-42af-98b2-5758c4ceee56",
  ),
  technique(
    "T1070.009",
    "Clear Persistence",
    ["defense-evasion"],
    ["ESXi", "Linux", "Windows", "macOS"],
    "d2c4e5ea-dbdf-4113-805a-b1e2a337fb33",
  ),
  technique(
    "T1543",
    "Create or Modify System Process",
    PERSISTENT,
    ["Containers", "Linux", "Windows", "macOS"],
    "106c0cf6-bf73-4601-9aa8-0945c2715ec5",
  ),
  technique("T1543.002", "Systemd Service", PERSISTENT, ["Linux"], "dfefe2ed-4389-4318-8762-f0272b350a1b", {
    mitigations: ["M1018", "M1022", "M1026", "M1033"],
    detections: ["DET0253"],
  }),
  technique(
    "T1546",
    "Event Triggered Execution",
    PERSISTENT,
    ["IaaS", "Linux", "Office Suite", "SaaS", "Windows", "macOS"],
    "b6301b64-ef57-4cce-bb0b-77026f14a8db",
  ),
  technique("T1546.017", "Udev Rules", PERSISTENT, ["Linux"], "f4c3f644-ab33-433d-8648-75cc03a95792"),
  technique("T1569.003", "Systemctl", ["execution"], ["Linux"], "4b46767d-4a61-4f30-995e-c19a75c2e536"),
];

/** Techniques a timer's finding may also cite, beside T1053.006's own family. */
export const TIMER_RELATED: readonly string[] = [
  "T1543.002",
  "T1569.003",
  "T1546.017",
  "T1059.004",
  "T1036.004",
  "T1070.009",
];

const MITIGATIONS: readonly Named[] = [
  { id: "M1018", name: "User Account Management" },
  { id: "M1022", name: "Restrict File and Directory Permissions" },
  { id: "M1026", name: "Privileged Account Management" },
  { id: "M1033", name: "Limit Software Installation" },
  { id: "M1047", name: "Audit" },
];

const DETECTIONS: readonly DetectionStrategy[] = [
  {
    id: "DET0231",
    name: "Behavioral Detection of Systemd Timer Abuse for Scheduled Execution",
    analytics: [
      {
        id: "AN0645",
        name: "Analytic 0645",
        platforms: ["Linux"],
        logSources: [
          { name: "auditd:SYSCALL", component: "DC0039" },
          { name: "auditd:SYSCALL", component: "DC0032" },
          { name: "linux:osquery", component: "DC0001" },
        ],
      },
    ],
  },
];

/** The part of ATT&CK that ships inside: {@link TIMER_TECHNIQUES} as a release of its own. Not the whole of 18.1. */
export const SEED_RELEASE: AttackRelease = {
  version: "18.1",
  domain: "enterprise",
  tactics: [
    { shortName: "execution", name: "Execution" },
    { shortName: "persistence", name: "Persistence" },
    { shortName: "privilege-escalation", name: "Privilege Escalation" },
    { shortName: "defense-evasion", name: "Defense Evasion" },
  ],
  techniques: TIMER_TECHNIQUES,
  mitigations: MITIGATIONS,
  detections: DETECTIONS,
};
