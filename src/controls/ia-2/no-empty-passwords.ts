import { isNoLoginShell } from "../../accounts/passwd.ts";
import { accountDoubts } from "../account-doubts.ts";
import type { Check } from "../check.ts";
import { at } from "../evidence.ts";
import { ACCOUNTS, PASSWD, SHADOW, unreadable } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import { readPamStack } from "../sources/pam.ts";
import { namesIn } from "../sources/read-text.ts";
import { doubtsOf, type SourceProblem } from "../sources/source-problem.ts";
import type { Subject } from "../subject.ts";

/** An account without a password is anybody's. */
export const noEmptyPasswords: Check = {
  id: "ia2-02-no-empty-passwords",
  title: "No account that can log in has an empty password, and none is kept in passwd",
  control: "IA-2",
  severity: "high",
  objectives: ["ia-2_obj-1"],
  reads: ["/etc/passwd", "/etc/shadow", "/etc/nsswitch.conf", "/etc/pam.d/*"],
  needs: ["/etc/passwd", "/etc/shadow"],
  why: "Without a password nobody is authenticated, and a hash in passwd can be read, and so guessed at, by everyone.",
  remediation:
    "lock the account (passwd -l) or give it a password; move hashes with pwconv; remove nullok from PAM",
  falseResults: [
    "nullok alone does no harm while no password is empty, and is not counted then",
    "An empty password of an account whose shell refuses sessions is not counted",
  ],
  references: ["man:shadow(5)", "man:pam_unix(8)"],

  run(subject) {
    const { all, shadow } = subject.accounts;
    const faults = all.flatMap(({ name, shell, password, span }): readonly Point[] => {
      const entry = shadow.get(name);
      const state = password === "shadow" ? entry?.state : password;
      const place = password === "shadow" && entry ? entry.span : span;
      if (password === "password")
        return [
          {
            says: `the hash of ${name} stands in passwd`,
            evidence: [at(subject, { ...span, line: 0 }, "hash in passwd")],
          },
        ];
      if (state !== "empty" || isNoLoginShell(shell)) return [];
      return [{ says: `${name} has an empty password`, evidence: [at(subject, place, "empty")] }];
    });
    const empty = faults.some(({ says }) => says.endsWith("empty password"));
    return conclude({
      faults: empty ? [...faults, ...nullok(subject)] : faults,
      doubts: accountDoubts(subject, ["/etc/passwd", "/etc/shadow"]),
      looked: all.slice(0, 1).map(({ span }) => at(subject, span, `${all.length} accounts`)),
      holds: `none of ${all.length} accounts has an empty or exposed password`,
      nothing: "there are no accounts",
    });
  },

  examples: () => ({
    pass: [{ files: ACCOUNTS }],
    fail: [
      { files: { ...ACCOUNTS, "/etc/shadow": SHADOW.replace("bob:$y$example:", "bob::") } },
      { files: { ...ACCOUNTS, "/etc/passwd": PASSWD.replace("bob:x:", "bob:$y$example:") } },
    ],
    notApplicable: [{ files: { ...ACCOUNTS, "/etc/passwd": "# none yet\n", "/etc/shadow": "# none yet\n" } }],
    notAssessable: [
      { files: unreadable(ACCOUNTS, "/etc/shadow") },
      { files: { ...ACCOUNTS, "/etc/passwd": `${PASSWD}half a line\n` } },
    ],
  }),
};

/** Where PAM lets an empty password pass. */
function nullok(subject: Subject): readonly Point[] {
  const problems: SourceProblem[] = [];
  const lines = namesIn(subject.host, "/etc/pam.d", problems).flatMap(
    (service) => readPamStack(subject.host, service).lines,
  );
  const seen = new Map(
    lines
      .filter(({ type, args }) => type === "auth" && args.includes("nullok"))
      .map(({ span }) => [`${span.path}:${span.line}`, span]),
  );
  const points = [...seen.values()].map((span) => ({
    says: `${span.path} lets empty passwords pass`,
    evidence: [at(subject, span, "nullok")],
  }));
  return [...points, ...doubtsOf(subject, problems)];
}
