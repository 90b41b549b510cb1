import type { Check } from "../check.ts";
import { digestOfText } from "../cm-5/example-packages.ts";
import { ofPath } from "../evidence.ts";
import { conclude, notApplicable, notAssessable, type Point } from "../outcome.ts";

const SETTING = "own-parts";
const PROGRAM = "/usr/local/bin/timerwarden";

function declaring(text: string): { readonly settings: ReadonlyMap<string, string> } {
  return { settings: new Map([[SETTING, text]]) };
}

export const ownPartsAreIntact: Check = {
  id: "si7-11-own-parts-are-intact",
  title: "The assessor's own program, rules and policy are as released",
  control: "SI-7",
  severity: "high",
  objectives: ["si-7_obj.a-1"],
  reads: [],
  needs: [],
  why: "An assessor that was altered says what it was altered to say: then every other result is in doubt.",
  remediation: "install again from a signed release, and assess again",
  falseResults: [
    "Rules of one's own that were added on purpose: declare their digest too",
    "A program that was altered may lie about itself: assess from another host",
  ],
  references: ["SP 800-53 SI-7"],

  run(subject) {
    const text = subject.declared.settings.get(SETTING);
    if (text === undefined)
      return notAssessable(
        `the digests of the assessor's parts are not declared (setting ${SETTING}: PATH=SHA256, several parted by blanks)`,
      );
    if (text.trim() === "not-installed")
      return notApplicable("the assessor is declared not to be installed on this host");
    const faults: Point[] = [];
    const doubts: Point[] = [];
    const parts = text
      .trim()
      .split(/\s+/)
      .map((part) => /^(\/[^=]+)=([0-9a-fA-F]{64})$/.exec(part));
    for (const part of parts) {
      const [, path = "", wanted = ""] = part ?? [];
      if (path === "") {
        doubts.push({ says: `the setting ${SETTING} is not of the form PATH=SHA256`, evidence: [] });
        continue;
      }
      const evidence = ofPath(subject, path, wanted);
      if (evidence.digest === null) doubts.push({ says: `${path} cannot be read`, evidence: [evidence] });
      else if (evidence.digest !== wanted.toLowerCase())
        faults.push({ says: `${path} is not as released`, evidence: [evidence] });
    }
    return conclude({
      faults,
      doubts,
      looked: parts.map((part) => ofPath(subject, part?.[1] ?? "/")),
      holds: `all ${parts.length} parts of the assessor are as released`,
      nothing: "",
    });
  },

  examples: () => ({
    pass: [{ files: { [PROGRAM]: "program" }, declared: declaring(`${PROGRAM}=${digestOfText("program")}`) }],
    fail: [{ files: { [PROGRAM]: "altered" }, declared: declaring(`${PROGRAM}=${digestOfText("program")}`) }],
    notApplicable: [{ files: {}, declared: declaring("not-installed") }],
    notAssessable: [
      { files: {} },
      {
        files: { [PROGRAM]: { content: "program", error: "EACCES" } },
        declared: declaring(`${PROGRAM}=${digestOfText("program")}`),
      },
      { files: { [PROGRAM]: "program" }, declared: declaring("whatever") },
    ],
  }),
};
