import type { Check } from "../check.ts";
import { approvalOf } from "../cm-5/approval.ts";
import { approvalFor } from "../cm-5/example-packages.ts";
import { isContainer } from "../container.ts";
import { ofPath } from "../evidence.ts";
import { conclude, notApplicable, type Point } from "../outcome.ts";
import { AUDITED_HOST } from "../si-4/audit-works.ts";
import { unitPresence } from "../sources/forwarders-units.ts";
import type { Subject } from "../subject.ts";
import { doubtOfUnit } from "../unit-subjects.ts";

const MONITORS = [
  "auditd.service",
  "osqueryd.service",
  "wazuh-agent.service",
  "falco.service",
  "elastic-agent.service",
  "auditbeat.service",
  "sysmon.service",
  "tracee.service",
  "falcon-sensor.service",
  "mdatp.service",
  "amazon-ssm-agent.service",
  "dailyaidecheck.timer",
  "timerwarden.timer",
];
/** Settings that decide whether and what a monitor runs. */
const TELLING =
  /^(Service\.(Exec|Environment|RootDirectory|RootImage)|Unit\.(Condition|Assert)|Timer\.|Install\.)/;
const DROP_IN = "/etc/systemd/system/auditd.service.d/local.conf";
const UNIT = "/usr/lib/systemd/system/auditd.service";

export const monitorsAreOn: Check = {
  id: "ca7-04-monitors-are-on",
  title: "What watches the host is installed, on, and as its vendor made it",
  control: "CA-7",
  severity: "high",
  objectives: ["ca-7_obj.d"],
  reads: ["/etc/systemd/system/**", "/run/systemd/system/**", "/usr/lib/systemd/system/**"],
  needs: [],
  why: "A mask or a drop-in with ExecStart=/bin/true silences a monitor while its package stays installed and unaltered.",
  remediation:
    "install and enable a monitor, such as auditd; for one that is there: systemctl unmask, revert, enable UNIT",
  falseResults: [
    "Agents that run as containers",
    "Drop-ins made for good reason: approve them",
    "Agents of other names",
  ],
  references: ["man:systemd.unit(5)", "SP 800-53 CA-7"],

  run(subject) {
    if (isContainer(subject.host)) return notApplicable("a container is watched on its host");
    const present = MONITORS.map((name) => ({ name, presence: unitPresence(subject, name) })).filter(
      ({ presence }) => presence !== "absent",
    );
    const faults: Point[] = [];
    const doubts: Point[] = [];
    for (const { name, presence } of present) {
      const path = pathOf(subject, name);
      if (presence === "off")
        faults.push({ says: `${name} is masked or disabled`, evidence: [ofPath(subject, path)] });
      const loaded = subject.system?.load(name);
      const doubt = loaded === undefined ? null : doubtOfUnit(subject, loaded);
      if (doubt !== null) doubts.push(doubt);
      else if (presence === "unknown")
        doubts.push({ says: `whether ${name} runs cannot be told`, evidence: [ofPath(subject, path)] });
      faults.push(...overrides(subject, name));
    }
    const none: Point = {
      says: "no monitor that is known here is installed",
      evidence: [ofPath(subject, "/usr/lib/systemd/system")],
    };
    const base = {
      doubts,
      looked: present.map(({ name, presence }) => ofPath(subject, pathOf(subject, name), presence)),
      holds: `${present.map(({ name }) => name).join(", ")} are on and as shipped`,
      nothing: "there is nothing to watch",
    };
    // Nothing installed is a choice; something silenced is not.
    if (present.length === 0) return conclude({ ...base, faults: [none], severity: "medium" });
    return conclude({ ...base, faults });
  },

  examples: () => ({
    pass: [
      { files: AUDITED_HOST },
      {
        files: { ...AUDITED_HOST, [DROP_IN]: "[Service]\nExecStartPost=/bin/true\n" },
        declared: { approved: [approvalFor(DROP_IN)] },
      },
      { files: { ...AUDITED_HOST, [DROP_IN]: "[Service]\nNice=-4\n" } },
    ],
    fail: [
      { files: { "/usr/lib/systemd/system": { dir: true } } },
      {
        files: {
          ...AUDITED_HOST,
          "/etc/systemd/system/auditd.service": { link: "/dev/null" },
          "/dev/null": { kind: "character-device" },
        },
      },
      { files: { ...AUDITED_HOST, [DROP_IN]: "[Service]\nExecStart=\nExecStart=/bin/true\n" } },
    ],
    notApplicable: [{ files: { "/.dockerenv": "" } }],
    notAssessable: [
      { files: { ...AUDITED_HOST, [UNIT]: { content: "[Service]\n", error: "EACCES" } } },
      { files: { ...AUDITED_HOST, [DROP_IN]: { content: "[Service]\n", error: "EACCES" } } },
    ],
  }),
};

function pathOf(subject: Subject, name: string): string {
  return subject.system?.load(name).path ?? `/usr/lib/systemd/system/${name}`;
}

/** Local drop-ins, and local units over the vendor's, that change what runs. */
function overrides(subject: Subject, name: string): readonly Point[] {
  const loaded = subject.system?.load(name);
  if (loaded === undefined || loaded.state === "masked") return [];
  const isLocal = (path: string): boolean =>
    /^\/(etc|run)\//.test(path) && !/^\/run\/systemd\/generator/.test(path);
  const telling = new Set(
    loaded.unit.history
      .filter(({ setting }) => TELLING.test(`${setting.section}.${setting.key}`))
      .map(({ setting }) => setting.span.path),
  );
  const own =
    loaded.path !== null && isLocal(loaded.path) && loaded.overrides.length > 0 ? [loaded.path] : [];
  return [
    ...own,
    ...loaded.dropIns.map(({ path }) => path).filter((path) => isLocal(path) && telling.has(path)),
  ]
    .filter((path) => approvalOf(subject, [name], path) !== "approved")
    .map((path) => ({ says: `${path} changes what ${name} does`, evidence: [ofPath(subject, path)] }));
}
