import { hiddenPart } from "../programs/places.ts";
import { evidenceAt } from "./evidence.ts";
import { timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { baseName, servicesOf } from "./subject.ts";

const INTERPRETER = /^(ba|da|z|k|c|tc|a)?sh$|^(python|perl|ruby|node|php|lua|tclsh|awk|gawk|busybox)[0-9.]*$/;

/** The unit carries its program as data: on standard input, or as a credential an interpreter reads. */
export const inputIsCode: ActivationRule = {
  id: "input-is-code",
  subject: "activation",
  title: "The unit feeds code to an interpreter as data",
  severity: "high",
  confidence: "high",
  signal: "suspicious",
  family: "hiding",
  depth: "regular",
  techniques: ["T1059", "T1027", "T1053.006"],
  controls: ["CM-5", "SI-7"],
  why: "The Exec line names only a packaged shell. The program stands in StandardInputText=, StandardInputData= (Base64) or a credential, where no tool that reads Exec lines looks.",
  benign: ["Units that feed data, such as SQL, to a client that is no interpreter (not accused)"],
  clears: "put the code in a script file and name it in ExecStart=",
  references: ["man:systemd.exec(5)"],

  *check(activation, inventory) {
    for (const { unit, service } of servicesOf(activation)) {
      const exec = [...service.commands.values()].flat();
      const interpreter = exec.find(({ path }) => INTERPRETER.test(baseName(path)));
      if (interpreter === undefined) continue;
      const [input] = service.standardInputData;
      if (input !== undefined)
        yield {
          says: `${unit.name} gives ${interpreter.path} its program on standard input, written in the unit itself`,
          evidence: [evidenceAt(inventory, input.span), evidenceAt(inventory, interpreter.span)],
        };
      const words = interpreter.argv.join(" ");
      for (const { name, span, key } of service.credentials)
        if (/CREDENTIALS_DIRECTORY|\/run\/credentials\//.test(words) && words.includes(name))
          yield {
            says: `${unit.name} runs the credential ${name} (${key}=) with ${interpreter.path}`,
            evidence: [evidenceAt(inventory, span), evidenceAt(inventory, interpreter.span)],
          };
      const source = service.standardInput?.text.match(/^file:(.*)$/)?.[1];
      if (source !== undefined && hiddenPart(source) !== null && service.standardInput)
        yield {
          says: `${interpreter.path} reads its program from the hidden file ${source}`,
          evidence: [evidenceAt(inventory, service.standardInput.span)],
        };
    }
  },

  examples: {
    fires: [
      timed("ExecStart=/bin/sh\nStandardInput=data\nStandardInputText=touch /srv/marker"),
      timed("SetCredential=job:touch /srv/marker\nExecStart=/bin/sh $CREDENTIALS_DIRECTORY/job"),
      timed("ExecStart=/bin/sh\nStandardInput=file:/srv/.x/job"),
    ],
    quiet: [
      timed("ExecStart=/usr/bin/psql\nStandardInput=data\nStandardInputText=VACUUM;"),
      timed("LoadCredential=token:/etc/app/token\nExecStart=/usr/local/bin/app --token-file %d/token"),
      timed("LoadCredential=token:/etc/app/token\nExecStart=/bin/sh /usr/local/bin/app token"),
      timed("LoadCredential=token:/etc/app/token\nExecStart=/bin/sh $CREDENTIALS_DIRECTORY/job"),
      timed("ExecStart=/bin/sh\nStandardInput=file:/srv/x/job"),
    ],
  },
};
