/**
 * Unit files that are on no host yet, put where systemd would read them, so that the same engine reads them: what starts
 * a service is not known, so each one that no timer of the set starts gets a timer that stands in.
 */
import type { Host } from "../hosts/host.ts";
import { type MemoryEntry, memoryHost } from "../hosts/memory.ts";
import { isUnitType, parseUnitName } from "../syntax/unit-name.ts";

export interface LooseFile {
  /** As the user names it. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Files that can lie in one directory: of each name one. */
export interface LooseUnits {
  /** From the path on the made-up host to the user's. */
  readonly paths: ReadonlyMap<string, string>;
  /** Units that no file of the set holds and a timer or drop-in needs, by name. */
  host(missing: ReadonlySet<string>, started: ReadonlySet<string>): Host;
  /** The unit a stand-in timer starts; `null` for a name that is no stand-in. */
  standsInFor(timer: string): string | null;
}

const DIRECTORY = "/etc/systemd/system";
const STAND_INS = "/run/systemd/system";
const STUBS = "/usr/lib/systemd/system";
const INSTANCE = "instance";

/** The place of a file below the unit directory, or `null` when it is neither a unit nor a drop-in of one. */
export function unitFilePlace(path: string): string | null {
  const [name = "", parent = ""] = path.split("/").reverse();
  if (parseUnitName(name) !== null) return name;
  const owner = parent.endsWith(".d") ? parent.slice(0, -2) : "";
  if (!name.endsWith(".conf") || (parseUnitName(owner) === null && !isUnitType(owner))) return null;
  return `${parent}/${name}`;
}

/** Sets in which no two files have the same place; files of one directory stay together as far as that goes. */
export function looseUnits(files: readonly LooseFile[]): readonly LooseUnits[] {
  const sets: Map<string, LooseFile>[] = [];
  for (const file of files) {
    const place = unitFilePlace(file.path);
    if (place === null) continue;
    const set = sets.find((candidate) => !candidate.has(place));
    if (set === undefined) sets.push(new Map([[place, file]]));
    else set.set(place, file);
  }
  return sets.map(unitsOf);
}

function unitsOf(files: ReadonlyMap<string, LooseFile>): LooseUnits {
  const tree: Record<string, MemoryEntry> = { "/usr/lib/systemd": { dir: true } };
  const paths = new Map<string, string>();
  const put = (place: string, { path, bytes }: LooseFile): void => {
    tree[`${DIRECTORY}/${place}`] = bytes;
    paths.set(`${DIRECTORY}/${place}`, path);
  };
  for (const [place, file] of files) {
    put(place, file);
    const name = parseUnitName(place);
    if (name?.kind === "template") put(instanceOf(place), file);
  }
  const names = [...files.keys()].filter((place) => parseUnitName(place) !== null);
  const owners = [...files.keys()].flatMap((place) => /^(.*)\.d\//.exec(place)?.[1] ?? []);
  const standIns = new Map<string, string>();
  return {
    paths,
    host(missing, started) {
      const stubs = [...missing, ...owners].filter(
        (name) => parseUnitName(name) !== null && !names.includes(name),
      );
      const made = Object.fromEntries(stubs.map((name) => [`${STUBS}/${name}`, stubOf(name)]));
      standIns.clear();
      for (const name of new Set([...names, ...stubs.filter((stub) => !missing.has(stub))])) {
        const unit = parseUnitName(name)?.kind === "template" ? instanceOf(name) : name;
        if (name.endsWith(".timer") || started.has(unit)) continue;
        standIns.set(`stand-in-${standIns.size + 1}.timer`, unit);
      }
      for (const [timer, unit] of standIns)
        made[`${STAND_INS}/${timer}`] = `[Timer]\nOnCalendar=daily\nUnit=${unit}\n`;
      return memoryHost({ ...tree, ...made }, { target: "units:" });
    },
    standsInFor: (timer) => standIns.get(timer) ?? null,
  };
}

function instanceOf(template: string): string {
  return template.replace("@.", `@${INSTANCE}.`);
}

/** The least that systemd loads. */
function stubOf(name: string): string {
  switch (name.slice(name.lastIndexOf(".") + 1)) {
    case "service":
      return "[Service]\nType=oneshot\nExecStart=/usr/bin/true\n";
    case "timer":
      return "[Timer]\nOnCalendar=daily\n";
    case "socket":
      return "[Socket]\nListenStream=/run/stub\n";
    case "path":
      return "[Path]\nPathExists=/run/stub\n";
    default:
      return "[Unit]\n";
  }
}
