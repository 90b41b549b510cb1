import { script, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { accuse, behavioursOfKind, isPackagedPlace } from "./subject.ts";

/** Files of people are encrypted and their originals removed. */
export const encryptsFiles: ActivationRule = {
  id: "encrypts-files",
  subject: "activation",
  title: "Encrypts people's files and removes the originals",
  severity: "critical",
  confidence: "medium",
  signal: "suspicious",
  family: "execution",
  depth: "regular",
  techniques: ["T1486", "T1053.006"],
  controls: ["CP-9", "SI-4", "SI-7"],
  why: "Ransomware for servers is often a loop around openssl, gpg or 7z, and a timer sets its hour. A backup encrypts what it made itself and leaves the files it was made from.",
  benign: [
    "Dumps and archives that are encrypted before they leave, the plain ones removed (not accused)",
    "Homes packed with a password that stay where they are (not accused)",
    "People who keep a directory of their home encrypted by a job of their own",
  ],
  clears: "encrypt a copy, and let the originals stay until it is verified",
  references: ["https://attack.mitre.org/techniques/T1486/"],

  *check(activation, inventory) {
    for (const { behaviour } of behavioursOfKind(activation, new Set(["encrypts-files"])))
      if (!isPackagedPlace(behaviour.span.path, activation, inventory)) yield accuse(behaviour, inventory);
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/bin/sh -c 'for f in /home/*/Documents/*; do gpg --batch -c $$f && rm -f $$f; done'"),
      timed("ExecStart=/usr/bin/7z a -pX -sdel /srv/x.7z /home/alice"),
      timed("ExecStart=/usr/local/bin/x", {
        "/usr/local/bin/x": script(
          'find /home -type f | while read -r f; do\nopenssl enc -aes-256-cbc -k x -in "$f" -out "$f.x"\nrm "$f"\ndone',
        ),
      }),
      timed("ExecStart=/usr/bin/python3 /srv/x.py", {
        "/srv/x.py":
          "import os\nfrom cryptography.fernet import Fernet\nk = Fernet(b'x')\nfor d, _, fs in os.walk('/home'):\n    for f in fs:\n        k.encrypt(open(f).read())\n        os.remove(f)\n",
      }),
    ],
    quiet: [
      timed(
        "ExecStart=/bin/sh -c 'pg_dump x > /var/backups/x.sql; gpg -e -r b@example.test /var/backups/x.sql; rm /var/backups/x.sql'",
      ),
      timed("ExecStart=/bin/sh -c 'for d in /home/*; do 7z a -pX /mnt/nas/$$d.7z $$d; done'"),
      timed(
        "ExecStart=/bin/sh -c 'find /srv/backup -name *.tar | while read f; do age -r x $$f; rm $$f; done'",
      ),
      shipped("vendor", "ExecStart=/usr/bin/7z a -pX -sdel /srv/x.7z /home/alice"),
      timed(
        "ExecStart=/bin/sh -c 'find /home | while read f; do openssl enc -d -in $$f -out x; rm $$f; done'",
      ),
    ],
  }),
};
