import type { Activation } from "../inventory/activation.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { hiddenPart, volatileDirectory } from "../programs/places.ts";
import type { Behaviour } from "../programs/program.ts";
import { dpkg, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { isPackaged } from "./standing.ts";
import { accuse, behavioursOfKind, isPackagedPlace } from "./subject.ts";

/** Variables make the loader or an interpreter take code from somewhere nobody answers for. */
export const injectsLibrary: ActivationRule = {
  id: "injects-library",
  subject: "activation",
  title: "A variable makes programs load foreign code first",
  severity: "high",
  confidence: "high",
  signal: "suspicious",
  family: "environment",
  depth: "regular",
  techniques: ["T1574.006", "T1574.007", "T1053.006"],
  controls: ["CM-5", "SI-7"],
  why: "With LD_PRELOAD, BASH_ENV, PERL5OPT or a PATH that begins elsewhere, a genuine program runs somebody else's code; its own path and digest stay clean.",
  benign: [
    "LD_PRELOAD of an allocator that a package ships (not accused)",
    "Library paths of software in /opt (not accused)",
  ],
  clears: "remove the variable, or install the library as a package",
  references: ["https://attack.mitre.org/techniques/T1574/006/", "man:ld.so(8)"],

  *check(activation, inventory) {
    for (const { behaviour } of behavioursOfKind(activation, new Set(["loads-library"]))) {
      if (isPackagedPlace(behaviour.span.path, activation, inventory)) continue;
      const path = behaviour.detail.path;
      const named = [path ?? "", ...behaviour.says.split(/[\s:=,"']+|-[IrM]/)];
      const isOdd = named.some((word) => word.startsWith("/") && isOddPlace(word));
      if (isOdd) yield accuse(behaviour, inventory, { signal: "hostile", confidence: "high" });
      else if (isForeign(behaviour, activation, inventory)) yield accuse(behaviour, inventory);
    }
  },

  examples: {
    fires: [
      timed("Environment=LD_PRELOAD=/var/tmp/.l.so\nExecStart=/usr/bin/true"),
      timed('Environment="PERL5OPT=-Mlocal::x -I/var/tmp/.p"\nExecStart=/usr/bin/true'),
      timed("Environment=LD_PRELOAD=/usr/local/lib/hook.so\nExecStart=/usr/bin/true"),
    ],
    quiet: [
      timed("Environment=LD_PRELOAD=/usr/lib/libjemalloc.so.2\nExecStart=/usr/bin/true", {
        "/usr/lib/libjemalloc.so.2": "ELF",
        ...dpkg(["/usr/lib/libjemalloc.so.2"]),
      }),
      timed(
        "Environment=PATH=/usr/local/bin:/usr/bin:/bin LD_LIBRARY_PATH=/opt/agent/lib\nExecStart=/usr/bin/true",
      ),
      shipped("vendor", "Environment=LD_PRELOAD=/var/tmp/x.so\nExecStart=/usr/bin/true"),
    ],
  },
};

/** Only what surely loads code counts, and only if no package ships what is loaded. */
function isForeign(
  { confidence, detail }: Behaviour,
  { closure }: Activation,
  inventory: Inventory,
): boolean {
  if (confidence !== "high") return false;
  const { path } = detail;
  if (path === undefined) return true;
  const file = closure.files.find((each) => each.path === path);
  return file === undefined || !isPackaged(file, inventory);
}

function isOddPlace(path: string): boolean {
  return volatileDirectory(`${path}/`) !== null || hiddenPart(path) !== null;
}
