/**
 * The mapping rows of T1053.006 that ship inside: the eleven of the ATT&CK 9.0 edition and the seventeen of the newest
 * published files, so that the technique can be asked about with no import.
 *
 * Facts (ids, titles, types, scores, places in the file) out of the Mappings Explorer's published files, which are
 * named with each set; © MITRE Engenuity, Apache-2.0. Comments are not repeated here: an import brings them.
 */
import { type MappingSet, type Metadata, storeOf } from "./mapping-set.ts";
import type { RawRow } from "./raw-row.ts";

const FAMILIES: Readonly<Record<string, string>> = {
  AC: "Access Control",
  CA: "Security Assessment and Authorization",
  CM: "Configuration Management",
  IA: "Identification and Authentication",
  SI: "System and Information Integrity",
};

const SCORES = { technique_scores: { name: "technique_scores", description: "" } };
const RELATED = { related_to: { name: "related-to", description: "" } };

/** Place in the file, then what the row says. */
type Entry = readonly [place: number, row: RawRow];

function seedSet(
  framework: string,
  frameworkVersion: string,
  attackVersion: string,
  dates: readonly [created: string, updated: string],
  tables: Pick<Metadata, "mapping_types" | "capability_groups">,
  entries: readonly Entry[],
): MappingSet {
  const dotted = frameworkVersion.replaceAll("/", ".");
  return {
    metadata: {
      mapping_version: "",
      attack_version: attackVersion,
      technology_domain: "enterprise",
      creation_date: dates[0],
      last_update: dates[1],
      mapping_framework: framework,
      mapping_framework_version: frameworkVersion,
      ...tables,
    },
    origin: "seed",
    file: `${framework}-${dotted}_attack-${attackVersion}-enterprise.json`,
    complete: false,
    rows: storeOf(
      framework,
      entries.map(([, row]) => row),
      entries.map(([place]) => place),
    ),
  };
}

function row(
  id: string,
  title: string,
  group: string,
  type: string,
  score: Pick<RawRow, "score_category" | "score_value"> = {},
  name = "Systemd Timers",
): RawRow {
  const scored = score.score_category ? { ...score, related_score: "T1053" } : {};
  return {
    capability_id: id,
    capability_group: group,
    capability_description: title,
    mapping_type: type,
    attack_object_id: "T1053.006",
    attack_object_name: name,
    ...scored,
    status: "complete",
  };
}

const control = (place: number, id: string, title: string, type: string): Entry => [
  place,
  row(id, title, id.slice(0, 2), type),
];

const PROTECT_MINIMAL = { score_category: "protect", score_value: "minimal" } as const;
const INSPECTOR = row(
  "amazon_inspector",
  "Amazon Inspector",
  "amazon_inspector",
  "technique_scores",
  PROTECT_MINIMAL,
);
const INSPECTOR_TABLES = {
  mapping_types: SCORES,
  capability_groups: { amazon_inspector: "Amazon Inspector" },
};
const VERIS_TABLES = {
  mapping_types: RELATED,
  capability_groups: { "action.hacking": "action.hacking" },
};
const ABUSE = "action.hacking.variety.Abuse of functionality";

/** The ATT&CK 9.0 edition. */
const OLD: readonly MappingSet[] = [
  seedSet(
    "nist_800_53",
    "rev5",
    "9.0",
    ["01/13/2022", "01/13/2022"],
    { mapping_types: { protects: { name: "Protects", description: "" } }, capability_groups: FAMILIES },
    [
      control(186, "AC-2", "Account Management", "protects"),
      control(415, "AC-3", "Access Enforcement", "protects"),
      control(762, "AC-5", "Separation of Duties", "protects"),
      control(918, "AC-6", "Least Privilege", "protects"),
      control(1148, "CA-7", "Continuous Monitoring", "protects"),
      control(1675, "CM-5", "Access Restrictions for Change", "protects"),
      control(2458, "IA-2", "Identification and Authentication (organizational Users)", "protects"),
      control(3880, "SI-4", "System Monitoring", "protects"),
      control(4167, "SI-7", "Software, Firmware, and Information Integrity", "protects"),
    ],
  ),
  seedSet("veris", "1.3.5", "9.0", ["08/26/2021", "08/26/2021"], VERIS_TABLES, [
    [
      10,
      row(
        ABUSE,
        "Abuse of functionality",
        "action.hacking",
        "related_to",
        {},
        "Scheduled Task/Job: Systemd Timers",
      ),
    ],
  ]),
  seedSet("aws", "09/21/2021", "9.0", ["09/21/2021", "09/21/2021"], INSPECTOR_TABLES, [[235, INSPECTOR]]),
];

/** The newest published files that have a row for it. */
const NEW: readonly MappingSet[] = [
  seedSet(
    "nist_800_53",
    "rev5",
    "16.1",
    ["01/13/2022", "04/16/2025"],
    { mapping_types: { mitigates: { name: "mitigates", description: "" } }, capability_groups: FAMILIES },
    [
      control(2104, "CA-07", "Continuous Monitoring", "mitigates"),
      control(2243, "CM-06", "Configuration Settings", "mitigates"),
      control(2446, "CM-05", "Access Restrictions for Change", "mitigates"),
      control(3645, "SI-07", "Software, Firmware, and Information Integrity", "mitigates"),
      control(4122, "IA-02", "Identification and Authentication (Organizational Users)", "mitigates"),
      control(4393, "SI-04", "System Monitoring", "mitigates"),
      control(4708, "AC-02", "Account Management", "mitigates"),
      control(4709, "AC-03", "Access Enforcement", "mitigates"),
      control(4710, "AC-05", "Separation of Duties", "mitigates"),
      control(4711, "AC-06", "Least Privilege", "mitigates"),
    ],
  ),
  seedSet(
    "cri_profile",
    "v2.1",
    "16.1",
    ["02/24/2025", "07/11/2025"],
    {
      mapping_types: { mitigates: { name: "Mitigates", description: "" } },
      capability_groups: {
        "PR.AA": "Protect: Identity Management, Authentication, Access Control",
        "DE.CM": "Detect: Continuous Monitoring",
      },
    },
    [
      [464, row("PR.AA-05.02", "Privileged system access", "PR.AA", "mitigates")],
      [1292, row("DE.CM-03.03", "Privileged account monitoring", "DE.CM", "mitigates")],
      [1874, row("PR.AA-01.01", "Identity and credential management", "PR.AA", "mitigates")],
    ],
  ),
  seedSet("veris", "1.4.0", "16.1", ["01/23/2025", "04/03/2025"], VERIS_TABLES, [
    [65, row(ABUSE, "Abuse of functionality.", "action.hacking", "related_to")],
  ]),
  seedSet("aws", "12/12/2024", "16.1", ["09/21/2021", "12/11/2024"], INSPECTOR_TABLES, [[87, INSPECTOR]]),
  seedSet(
    "azure",
    "04/26/2025",
    "16.1",
    ["04/26/2025", "05/29/2025"],
    {
      mapping_types: SCORES,
      capability_groups: {
        file_integrity_monitoring: "File Integrity Monitoring",
        ai_security_recommendations: "Microsoft Defender for Cloud: AI Security Recommendations",
      },
    },
    [
      [
        217,
        row(
          "file_integrity_monitoring",
          "Microsoft Defender for Cloud: File Integrity Monitoring",
          "file_integrity_monitoring",
          "technique_scores",
          { score_category: "detect", score_value: "partial" },
        ),
      ],
      [
        305,
        row(
          "ai_security_recommendations",
          "Microsoft Defender for Cloud: AI Security Recommendations",
          "ai_security_recommendations",
          "technique_scores",
          PROTECT_MINIMAL,
        ),
      ],
    ],
  ),
];

/** Every set here is a part of its file: it speaks of T1053.006 only. */
export const SEED_SETS: readonly MappingSet[] = [...OLD, ...NEW];

/** The edition the newest rows are compared with when they are shown. */
export const SEED_EDITION = "9.0";
