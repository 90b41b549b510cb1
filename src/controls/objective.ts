/**
 * The assessment objectives of SP 800-53A revision 5 for the ten controls: the leaves, each with a statement in our
 * words and whether a program that reads a host can say anything of it. Ids and labels are those of the OSCAL
 * catalogue of NIST (public domain); a test compares them.
 */
export interface Objective {
  /** The id of OSCAL: `ac-2_obj.d.3-1`. */
  readonly id: string;
  /** As the publication prints it: `AC-02d.03[01]`. */
  readonly label: string;
  /** `AC-2`. */
  readonly control: string;
  readonly states: string;
  /** `in-part`: a host can speak to a part of it, or against it; `people`: only people and papers can. */
  readonly reach: "in-part" | "people";
}

type Row = readonly [suffix: string, label: string, reach: "m" | "p", states: string];

const TABLE: Readonly<Record<string, readonly Row[]>> = {
  "AC-2": [
    [".a-1", "a.[01]", "p", "it is written down which types of account may be used"],
    [".a-2", "a.[02]", "p", "it is written down which types of account may not be used"],
    [".b", "b.", "p", "accounts have managers"],
    [".c", "c.", "p", "there are conditions for belonging to a group or role"],
    [".d.1", "d.01", "m", "who may use the system is specified"],
    [".d.2", "d.02", "m", "who belongs to which group and role is specified"],
    [".d.3-1", "d.03[01]", "m", "each account's privileges are specified"],
    [".d.3-2", "d.03[02]", "p", "each account's further attributes are specified"],
    [".e", "e.", "p", "new accounts need the approval of named roles"],
    [".f-1", "f.[01]", "p", "accounts are created by the procedure"],
    [".f-2", "f.[02]", "p", "accounts are enabled by the procedure"],
    [".f-3", "f.[03]", "p", "accounts are changed by the procedure"],
    [".f-4", "f.[04]", "m", "accounts are disabled by the procedure"],
    [".f-5", "f.[05]", "m", "accounts are removed by the procedure"],
    [".g", "g.", "m", "how accounts are used is watched"],
    [".h.1", "h.01", "p", "managers hear in time of accounts no longer needed"],
    [".h.2", "h.02", "p", "managers hear in time of people who leave or move"],
    [".h.3", "h.03", "p", "managers hear in time when somebody's use or need changes"],
    [".i.1", "i.01", "p", "access rests on a valid authorization"],
    [".i.2", "i.02", "p", "access rests on the use that is intended"],
    [".i.3", "i.03", "p", "access rests on the further attributes that were set"],
    [".j", "j.", "p", "accounts are reviewed as often as was set"],
    [
      ".k-1",
      "k.[01]",
      "p",
      "there is a process for changing shared passwords and keys when somebody leaves the group",
    ],
    [".k-2", "k.[02]", "p", "that process is followed"],
    [".l-1", "l.[01]", "p", "account management goes along with how people are let go"],
    [".l-2", "l.[02]", "p", "account management goes along with how people are moved"],
  ],
  "AC-3": [["", "", "m", "approved authorizations for access are enforced as the policies say"]],
  "AC-5": [
    [".a", "a.", "p", "the duties that must be kept apart are named and written down"],
    [".b", "b.", "m", "access authorizations are defined so that those duties stay apart"],
  ],
  "AC-6": [["", "", "m", "users, and processes for them, have only the access their tasks need"]],
  "CA-7": [
    ["-1", "[01]", "p", "there is a monitoring strategy for the system"],
    ["-2", "[02]", "p", "it is carried out in line with the organization's strategy"],
    [".a", "a.", "p", "it is set what is measured"],
    [".b-1", "b.[01]", "p", "it is set how often is monitored"],
    [".b-2", "b.[02]", "p", "it is set how often the effect of controls is assessed"],
    [".c", "c.", "m", "controls are assessed again and again as the strategy says"],
    [".d", "d.", "m", "the system and its metrics are monitored all the time as the strategy says"],
    [".e", "e.", "m", "what assessments and monitoring give is brought together and analyzed"],
    [".f", "f.", "p", "what the analysis shows is acted upon"],
    [".g-1", "g.[01]", "m", "the security status is reported to those named, as often as was set"],
    [".g-2", "g.[02]", "p", "the privacy status is reported to those named, as often as was set"],
  ],
  "CM-5": [
    ["-1", "[01]", "p", "physical restrictions on who may change the system are written down"],
    ["-2", "[02]", "p", "physical restrictions on changes are approved"],
    ["-3", "[03]", "p", "physical restrictions on changes are enforced"],
    ["-4", "[04]", "p", "logical restrictions on who may change the system are written down"],
    ["-5", "[05]", "p", "logical restrictions on changes are approved"],
    ["-6", "[06]", "m", "logical restrictions on changes are enforced"],
  ],
  "CM-6": [
    [".a", "a.", "p", "the most restrictive settings the work allows are set and written down"],
    [".b", "b.", "m", "those settings are in force"],
    [".c-1", "c.[01]", "m", "deviations are identified and written down"],
    [".c-2", "c.[02]", "p", "deviations are approved"],
    [".d-1", "d.[01]", "m", "changes to settings are monitored"],
    [".d-2", "d.[02]", "p", "changes to settings are controlled"],
  ],
  "IA-2": [
    ["-1", "[01]", "m", "each user is identified as one person and authenticated"],
    ["-2", "[02]", "m", "that identity is tied to the processes that act for the user"],
  ],
  "SI-4": [
    [".a.1", "a.01", "m", "the system is watched for attacks and signs of them"],
    [".a.2-1", "a.02[01]", "p", "the system is watched for unauthorized local connections"],
    [".a.2-2", "a.02[02]", "p", "the system is watched for unauthorized network connections"],
    [".a.2-3", "a.02[03]", "p", "the system is watched for unauthorized remote connections"],
    [".b", "b.", "m", "unauthorized use is identified by the means that were set"],
    [".c.1", "c.01", "m", "monitoring stands where essential information is collected"],
    [".c.2", "c.02", "m", "monitoring stands where transactions of special interest happen"],
    [".d-1", "d.[01]", "m", "detected events are analyzed"],
    [".d-2", "d.[02]", "p", "detected anomalies are analyzed"],
    [".e", "e.", "p", "monitoring follows when the risk changes"],
    [".f", "f.", "p", "a legal opinion on monitoring was obtained"],
    [".g", "g.", "m", "what monitoring gives reaches those it is meant for"],
  ],
  "SI-7": [
    [".a-1", "a.[01]", "m", "integrity tools detect unauthorized changes to software"],
    [".a-2", "a.[02]", "m", "integrity tools detect unauthorized changes to firmware"],
    [".a-3", "a.[03]", "m", "integrity tools detect unauthorized changes to information"],
    [".b-1", "b.[01]", "m", "changes to software that are detected are acted upon"],
    [".b-2", "b.[02]", "p", "changes to firmware that are detected are acted upon"],
    [".b-3", "b.[03]", "m", "changes to information that are detected are acted upon"],
  ],
};

/** All leaves, in the order of the catalogue: 67 of the nine controls of the seed, six more of CM-6. */
export const OBJECTIVES: readonly Objective[] = Object.entries(TABLE).flatMap(([control, rows]) =>
  rows.map(([suffix, label, reach, states]): Objective => {
    const padded = control.replace(/-(\d)$/, "-0$1");
    return {
      id: `${control.toLowerCase()}_obj${suffix}`,
      label: padded + label,
      control,
      states,
      reach: reach === "m" ? "in-part" : "people",
    };
  }),
);

export function objectivesOf(control: string): readonly Objective[] {
  return OBJECTIVES.filter((objective) => objective.control === control);
}
