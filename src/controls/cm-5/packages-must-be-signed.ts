import type { Check } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import { conclude } from "../outcome.ts";
import { APT_READS, aptWeaknesses, readAptSigning } from "../sources/apt-signing.ts";
import { DNF_READS, dnfWeaknesses, readDnfSigning } from "../sources/dnf-signing.ts";
import { doubtsOf } from "../sources/source-problem.ts";

const SOURCE = "deb [signed-by=/usr/share/keyrings/d.gpg] https://deb.example.test/debian stable main\n";

/** A package is the easiest way to bring a timer, with root's rights and a trusted place. */
export const packagesMustBeSigned: Check = {
  id: "cm5-06-packages-must-be-signed",
  title: "Only signed packages can be installed",
  control: "CM-5",
  severity: "high",
  objectives: ["cm-5_obj-6"],
  reads: [...APT_READS, ...DNF_READS],
  needs: [],
  why: "Whoever can slip an unsigned package in brings units into the vendor's own directories, enabled as root.",
  remediation:
    "remove AllowUnauthenticated, trusted=yes and the like; set gpgcheck=1; give each source a Signed-By",
  falseResults: [
    "Mirrors on file: paths or behind client certificates that are signed elsewhere",
    "dpkg -i and rpm -i by root ask for no signature at all",
  ],
  references: ["man:apt-secure(8)", "man:sources.list(5)", "man:dnf.conf(5)", "SP 800-53 SI-7(15)"],

  run(subject) {
    const apt = subject.once(readAptSigning);
    const dnf = subject.once(readDnfSigning);
    const looked = [...apt.sources.map(({ span }) => span), ...dnf.sections.map(({ span }) => span)];
    const configured = [
      ...new Set([...looked, ...apt.settings.map(({ span }) => span)].map(({ path }) => path)),
    ];
    return conclude({
      faults: [...aptWeaknesses(apt), ...dnfWeaknesses(dnf)].map(({ says, span }) => ({
        says: `${says} (${span.path})`,
        evidence: [at(subject, span, says)],
      })),
      doubts: doubtsOf(subject, [...apt.problems, ...dnf.problems]),
      looked: configured.map((path) => ofPath(subject, path)),
      holds: `${looked.length} sources of packages are checked for signatures`,
      nothing: "neither apt nor dnf nor zypper is configured",
    });
  },

  examples: () => ({
    pass: [
      { files: { "/etc/apt/sources.list": SOURCE } },
      {
        files: {
          "/etc/dnf/dnf.conf": "[main]\ngpgcheck=1\n",
          "/etc/yum.repos.d/a.repo": "[a]\nbaseurl=https://a.example.test\n",
        },
      },
    ],
    fail: [
      {
        files: { "/etc/apt/sources.list": "deb [trusted=yes] http://deb.example.test/debian stable main\n" },
      },
      { files: { "/etc/apt/apt.conf.d/99local": 'APT::Get::AllowUnauthenticated "true";\n' } },
      { files: { "/etc/dnf/dnf.conf": "[main]\ngpgcheck=0\n" } },
    ],
    notApplicable: [{ files: {} }],
    notAssessable: [
      { files: { "/etc/apt/sources.list": { content: SOURCE, error: "EACCES" } } },
      { files: { "/etc/apt/sources.list": `${SOURCE}no source at all\n` } },
    ],
  }),
};
