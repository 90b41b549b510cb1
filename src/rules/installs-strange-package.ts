import { shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { accuse, behavioursOfKind, isPackagedPlace } from "./subject.ts";

/** A package comes from where anybody may put one, or nobody is asked who made it. */
export const installsStrangePackage: ActivationRule = {
  id: "installs-strange-package",
  subject: "activation",
  title: "Installs a package that nobody answers for",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "execution",
  depth: "regular",
  techniques: ["T1546.016", "T1195.002", "T1053.006"],
  controls: ["CM-7", "CM-14", "SI-7"],
  why: "The scripts of a package run as root while it is installed, and what it brings is then listed as shipped by a package. From /tmp, or with the check of its signature switched off, it may be anybody's.",
  benign: [
    "Upgrades from configured repositories (not accused)",
    "A package built or downloaded by the same job over HTTPS, or checked by it (not accused)",
  ],
  clears: "install from a signed repository, or check the package's signature first",
  references: ["https://attack.mitre.org/techniques/T1546/016/", "man:dpkg(1)"],

  *check(activation, inventory) {
    for (const { behaviour } of behavioursOfKind(activation, new Set(["installs-package"])))
      if (!isPackagedPlace(behaviour.span.path, activation, inventory)) yield accuse(behaviour, inventory);
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/usr/bin/dpkg -i /tmp/x.deb"),
      timed("ExecStart=/usr/bin/snap install --dangerous /srv/x.snap"),
      timed("ExecStart=/usr/bin/dnf -y install --nogpgcheck https://example.test/x.rpm"),
    ],
    quiet: [
      timed("ExecStart=/usr/bin/dpkg -i /srv/build/x.deb"),
      timed("ExecStart=/usr/bin/dnf -y upgrade --nogpgcheck"),
      timed("ExecStart=/bin/sh -c 'curl -fsSo /tmp/x.deb https://example.test/x.deb && dpkg -i /tmp/x.deb'"),
      timed("ExecStart=/bin/sh -c 'gpgv /tmp/x.deb.asc /tmp/x.deb && dpkg -i /tmp/x.deb'"),
      shipped("vendor", "ExecStart=/usr/bin/dpkg -i /tmp/x.deb"),
    ],
  }),
};
