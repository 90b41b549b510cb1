import type { Check } from "../check.ts";
import { isContainer } from "../container.ts";
import { ofPath } from "../evidence.ts";
import { conclude, notApplicable, type Point } from "../outcome.ts";
import { unitPresence } from "../sources/forwarders-units.ts";

const SERVICES = [
  "systemd-timesyncd.service",
  "chrony.service",
  "chronyd.service",
  "ntp.service",
  "ntpd.service",
  "ntpsec.service",
  "openntpd.service",
];
const UNIT = "/usr/lib/systemd/system/systemd-timesyncd.service";
const LINK = "/etc/systemd/system/sysinit.target.wants/systemd-timesyncd.service";
const HOST = {
  [UNIT]: "[Service]\nExecStart=/usr/lib/systemd/systemd-timesyncd\n[Install]\nWantedBy=sysinit.target\n",
  [LINK]: { link: UNIT },
};

export const clockIsDisciplined: Check = {
  id: "ca7-08-clock-is-disciplined",
  title: "Something keeps the clock right",
  control: "CA-7",
  severity: "low",
  objectives: ["ca-7_obj.d"],
  reads: ["/etc/systemd/system/**", ...SERVICES.map((name) => `/usr/lib/systemd/system/${name}`)],
  needs: [],
  why: "Every statement about when a timer ran, a log was written or a file changed rests on the clock.",
  remediation: "enable systemd-timesyncd or chrony",
  falseResults: ["Clocks that the hypervisor keeps"],
  references: ["man:systemd-timesyncd.service(8)"],

  run(subject) {
    if (isContainer(subject.host)) return notApplicable("a container has the clock of its host");
    const known = SERVICES.map((name) => ({ name, presence: unitPresence(subject, name) }));
    const evidence = (name: string): ReturnType<typeof ofPath> =>
      ofPath(subject, subject.system?.load(name).path ?? `/usr/lib/systemd/system/${name}`);
    const on = known.filter(({ presence }) => presence === "on");
    const off = known.filter(({ presence }) => presence === "off");
    const unknown = known
      .filter(({ presence }) => presence === "unknown")
      .map(
        ({ name }): Point => ({ says: `whether ${name} runs cannot be told`, evidence: [evidence(name)] }),
      );
    const says =
      off.length === 0
        ? "no time service is installed"
        : `${off.map(({ name }) => name).join(", ")} is installed and off`;
    const places =
      off.length === 0 ? [ofPath(subject, "/usr/lib/systemd/system")] : off.map(({ name }) => evidence(name));
    return conclude({
      faults: on.length === 0 && unknown.length === 0 ? [{ says, evidence: places }] : [],
      doubts: on.length === 0 ? unknown : [],
      looked: on.map(({ name }) => evidence(name)),
      holds: `${on.map(({ name }) => name).join(", ")} keeps the clock`,
      nothing: "no time service is installed",
    });
  },

  examples: () => ({
    pass: [{ files: HOST }],
    fail: [{ files: {} }, { files: { [UNIT]: HOST[UNIT] } }],
    notApplicable: [{ files: { "/.dockerenv": "" } }],
    notAssessable: [{ files: { ...HOST, [UNIT]: { content: "[Service]\n", error: "EACCES" } } }],
  }),
};
