/** What rules ask of one activation again and again. */
import type { Activation, TimerActivation } from "../inventory/activation.ts";
import type { ClosureCommand, ClosureFile, ClosureUnit } from "../inventory/closure.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { Manager } from "../manager/manager.ts";
import type { Behaviour, BehaviourKind } from "../programs/program.ts";
import { parseUnitName } from "../syntax/unit-name.ts";
import { type Service, serviceOf } from "../units/service.ts";
import { evidenceAt } from "./evidence.ts";
import type { Accusation } from "./rule.ts";
import { fragmentOf, isPackaged, isStray, standingOf, strayCode } from "./standing.ts";

/** The file the activation itself is written in: the timer's fragment, the crontab. */
export function ownFile(activation: Activation): ClosureFile | null {
  const { closure } = activation;
  if (activation.kind === "job") return closure.files.find(({ role }) => role === "crontab") ?? null;
  return fragmentOf(closure, activation.record.loaded.primaryId);
}

/** Whether a package (or a store) ships the timer itself. */
export function isShipped(activation: Activation, inventory: Inventory): boolean {
  const own = ownFile(activation);
  return own !== null && isPackaged(own, inventory);
}

/** Nobody answers for the timer itself. */
export function isOwnStray(activation: Activation, inventory: Inventory): boolean {
  const own = ownFile(activation);
  return own !== null && isStray(own, inventory);
}

/** Nobody answers for a part that decides what runs: its unit files or what they name. */
export function hasStrayPart(activation: Activation, inventory: Inventory): boolean {
  const { closure } = activation;
  if (isOwnStray(activation, inventory) || strayCode(closure, inventory).length > 0) return true;
  return closure.files.some(({ role, ...file }) => role === "fragment" && isStray(file, inventory));
}

/** The unit the timer starts. */
export function triggered({ closure }: TimerActivation): ClosureUnit | null {
  return closure.units.find(({ how }) => how.length === 1 && how[0]?.kind === "triggers") ?? null;
}

/** Services of the closure, read. */
export function servicesOf({
  closure,
}: Activation): readonly { readonly unit: ClosureUnit; readonly service: Service }[] {
  return closure.units
    .filter(({ loaded }) => loaded.state === "loaded" && loaded.unit.name.type === "service")
    .map((unit) => ({ unit, service: serviceOf(unit.loaded.unit) }));
}

/** Commands a unit itself names. */
export function commandsNamed({ closure }: Activation): readonly ClosureCommand[] {
  return closure.commands.filter(({ exec }) => exec.argv.length > 0);
}

/** One behaviour as an accusation of its own. */
export function accuse(
  behaviour: Behaviour,
  inventory: Inventory,
  more: Partial<Accusation> = {},
): Accusation {
  const { says, confidence, span } = behaviour;
  return { says, confidence, evidence: [evidenceAt(inventory, span)], ...more };
}

/** The first behaviour of each different text among the kinds given. */
export function* behavioursOfKind(
  { closure }: Activation,
  kinds: ReadonlySet<BehaviourKind>,
): Generator<{ readonly behaviour: Behaviour; readonly command: ClosureCommand }> {
  const said = new Set<string>();
  for (const command of closure.commands)
    for (const behaviour of command.followed.behaviours) {
      if (!kinds.has(behaviour.kind)) continue;
      const key = `${behaviour.says}\0${behaviour.span.path}\0${behaviour.span.line}`;
      if (said.has(key)) continue;
      said.add(key);
      yield { behaviour, command };
    }
}

/**
 * Whether the place a behaviour stands in is a package's own: then it is what the package does, and a rule on
 * everyday verbs has nothing to say.
 */
export function isPackagedPlace(path: string, activation: Activation, inventory: Inventory): boolean {
  const file = activation.closure.files.find((each) => each.path === path || each.realPath === path);
  return file !== undefined && isPackaged(file, inventory) && file.provenance?.content !== "modified";
}

/** The system's own manager; none where only users' were asked for. */
export function systemManager({ managers }: Inventory): Manager | undefined {
  return managers.find(({ scope }) => scope.kind === "system");
}

/** Boot starts the unit by itself. */
export function isStartedAtBoot(unit: string | undefined, inventory: Inventory): boolean {
  const system = systemManager(inventory);
  return unit !== undefined && system !== undefined && inventory.boots.get(system)?.isStarted(unit) === true;
}

/** A unit that a package ships: to enable or start it is upkeep. */
export function isPackagedUnit(unit: string | undefined, inventory: Inventory): boolean {
  if (unit === undefined || parseUnitName(unit) === null) return false;
  const path = systemManager(inventory)?.load(unit).path ?? null;
  return path !== null && isPackaged({ path, provenance: inventory.provenanceOf(path) }, inventory);
}

/** A library is loaded; one that is run as a program only bears the name. */
export function isLibraryName(path: string): boolean {
  return /^lib[\w.+-]+\.so(\.[\d.]+)?$/.test(baseName(path));
}

/** A program that a package ships, by its path. */
export function isPackagedProgram(path: string | undefined, inventory: Inventory): boolean {
  return path !== undefined && isPackaged({ path, provenance: inventory.provenanceOf(path) }, inventory);
}

/** The timer whose closure holds a unit, so that a finding about the unit counts there; else the unit itself. */
export function countedAt(unit: string, scope: string, inventory: Inventory): string {
  const holder = inventory
    .activations()
    .find(
      ({ scope: own, closure }) =>
        own === scope && closure.units.some(({ name, loaded }) => name === unit || loaded.primaryId === unit),
    );
  return holder?.unit ?? unit;
}

/** A program of a package, or of a vendor's own tree: to start it is what its maker wants. */
export function isAnsweredFor(path: string | undefined, inventory: Inventory): boolean {
  if (path === undefined) return false;
  const file = { path, provenance: inventory.provenanceOf(path) };
  return isPackaged(file, inventory) || standingOf(file, inventory) === "vendor-tree";
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** A unit name without its type. */
export function stemOf(unit: string): string {
  return unit.replace(/\.[a-z]+$/, "");
}
