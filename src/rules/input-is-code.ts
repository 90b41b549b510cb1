import { INTERPRETERS, programName, SHELLS } from "../programs/names.ts";
import { hiddenPart } from "../programs/places.ts";
import type { ExecCommand } from "../syntax/exec-line.ts";
import { evidenceAt } from "./evidence.ts";
import { timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { servicesOf } from "./subject.ts";

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
      const commands = [...service.commands.values()].flat();
      const reader = commands.find((exec) => isInterpreter(exec) && readsInput(exec));
      const [input] = service.standardInputData;
      if (reader !== undefined && input !== undefined)
        yield {
          says: `${unit.name} gives ${reader.path} its program on standard input, written in the unit itself`,
          evidence: [evidenceAt(inventory, input.span), evidenceAt(inventory, reader.span)],
        };
      const source = service.standardInput?.text.match(/^file:(.*)$/)?.[1];
      if (
        reader !== undefined &&
        source !== undefined &&
        hiddenPart(source) !== null &&
        service.standardInput
      )
        yield {
          says: `${reader.path} reads its program from the hidden file ${source}`,
          evidence: [evidenceAt(inventory, service.standardInput.span)],
        };
      const interpreter = commands.find(isInterpreter);
      const words = interpreter?.argv.join(" ") ?? "";
      if (interpreter === undefined || !/CREDENTIALS_DIRECTORY|\/run\/credentials\//.test(words)) continue;
      for (const { name, span, key } of service.credentials)
        if (words.includes(name))
          yield {
            says: `${unit.name} runs the credential ${name} (${key}=) with ${interpreter.path}`,
            evidence: [evidenceAt(inventory, span), evidenceAt(inventory, interpreter.span)],
          };
    }
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/bin/sh\nStandardInput=data\nStandardInputText=touch /srv/marker"),
      timed("SetCredential=job:touch /srv/marker\nExecStart=/bin/sh $CREDENTIALS_DIRECTORY/job"),
      timed("ExecStart=/bin/sh\nStandardInput=file:/srv/.x/job"),
      timed("ExecStart=/usr/bin/python3.11 -\nStandardInput=data\nStandardInputText=print(1)"),
      timed("ExecStart=/bin/bash -s one\nStandardInput=data\nStandardInputText=touch /srv/marker"),
      timed("ExecStart=/bin/busybox sh\nStandardInput=data\nStandardInputText=touch /srv/marker"),
      timed("ExecStart=/usr/bin/perl /dev/stdin\nStandardInput=data\nStandardInputText=print 1"),
    ],
    quiet: [
      timed("ExecStart=/usr/bin/psql\nStandardInput=data\nStandardInputText=VACUUM;"),
      timed("LoadCredential=token:/etc/app/token\nExecStart=/usr/local/bin/app --token-file %d/token"),
      timed("LoadCredential=token:/etc/app/token\nExecStart=/bin/sh /usr/local/bin/app token"),
      timed("LoadCredential=token:/etc/app/token\nExecStart=/bin/sh $CREDENTIALS_DIRECTORY/job"),
      timed("ExecStart=/bin/sh\nStandardInput=file:/srv/x/job"),
      timed(
        "ExecStart=/bin/sh /usr/local/bin/mail-all\nStandardInput=data\nStandardInputText=a@example.test",
      ),
      timed("ExecStart=/bin/sh /usr/local/bin/mail-all\nStandardInput=file:/srv/.list"),
    ],
  }),
};

function isInterpreter({ path }: ExecCommand): boolean {
  const name = programName(path);
  return SHELLS.has(name) || INTERPRETERS.has(name) || name === "busybox";
}

/** No script or code is named, so the program is what comes in; with one, what comes in is data. */
function readsInput({ path, argv }: ExecCommand): boolean {
  const words = argv.slice(programName(path) === "busybox" ? 2 : 1);
  return words.includes("-s") || words.every((word) => word.startsWith("-") || word === "/dev/stdin");
}
