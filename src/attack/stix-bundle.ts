/**
 * Reads an ATT&CK release from its STIX bundle: STIX 2.0 (mitre/cti) and 2.1 (attack-stix-data), ATT&CK 8 and later,
 * any domain. Unknown object types and fields are passed over, so releases not yet made can be read too.
 */
import { type Parsed, parsed, problem } from "../parsed.ts";
import { parseAttackVersion } from "./attack-version.ts";
import type { Analytic, AttackRelease, DetectionStrategy, Domain, Named, Technique } from "./technique.ts";
import { isTechniqueId } from "./technique-id.ts";

type Json = Readonly<Record<string, unknown>>;

const DOMAIN_OF: ReadonlyMap<string, Domain> = new Map([
  ["mitre-attack", "enterprise"],
  ["enterprise-attack", "enterprise"],
  ["mitre-mobile-attack", "mobile"],
  ["mobile-attack", "mobile"],
  ["mitre-ics-attack", "ics"],
  ["ics-attack", "ics"],
]);

/**
 * `version` names the release when the bundle does not (STIX 2.0 bundles never do).
 *
 * Fails with `EINVAL` for what is no bundle and `ENODATA` for a bundle without an ATT&CK technique.
 */
export function readAttackBundle(document: unknown, version: string | null = null): Parsed<AttackRelease> {
  if (!isObject(document) || document["type"] !== "bundle" || !Array.isArray(document["objects"]))
    return problem("EINVAL", "not a STIX bundle", 0);
  const objects = document["objects"].filter(isObject);
  const collection = objects.find(({ type }) => type === "x-mitre-collection");
  const ids = externalIds(objects);
  const ties = tiesOf(objects, ids);
  const techniques = objects.flatMap((object) => techniqueOf(object, ids, ties));
  if (techniques.length === 0) return problem("ENODATA", "a STIX bundle, but without ATT&CK techniques", 0);
  const stated = collection === undefined ? null : text(collection["x_mitre_version"]);
  return parsed({
    version: stated !== null && parseAttackVersion(stated) !== null ? stated : version,
    domain: domainOf(objects),
    tactics: tacticsOf(objects),
    techniques: preferActive(techniques).sort(byId),
    mitigations: namedOf(objects, "course-of-action", ids).filter(({ id }) => id.startsWith("M")),
    detections: detectionsOf(objects, ids),
  });
}

interface Ties {
  readonly mitigations: ReadonlyMap<string, readonly string[]>;
  readonly detections: ReadonlyMap<string, readonly string[]>;
  readonly revokedBy: ReadonlyMap<string, string>;
}

function tiesOf(objects: readonly Json[], ids: ReadonlyMap<string, string>): Ties {
  const mitigations = new Map<string, string[]>();
  const detections = new Map<string, string[]>();
  const revokedBy = new Map<string, string>();
  for (const object of objects) {
    if (object["type"] !== "relationship" || isRetired(object)) continue;
    const from = ids.get(String(object["source_ref"]));
    const to = String(object["target_ref"]);
    if (from === undefined) continue;
    const kind = object["relationship_type"];
    if (kind === "mitigates") push(mitigations, to, from);
    else if (kind === "detects") push(detections, to, from);
    else if (kind === "revoked-by") revokedBy.set(String(object["source_ref"]), ids.get(to) ?? to);
  }
  return { mitigations, detections, revokedBy };
}

function techniqueOf(object: Json, ids: ReadonlyMap<string, string>, ties: Ties): readonly Technique[] {
  const stixId = text(object["id"]);
  if (object["type"] !== "attack-pattern" || stixId === null) return [];
  const id = ids.get(stixId);
  if (id === undefined || !isTechniqueId(id)) return [];
  const phases = Array.isArray(object["kill_chain_phases"])
    ? object["kill_chain_phases"].filter(isObject)
    : [];
  return [
    {
      id,
      name: text(object["name"]) ?? "",
      tactics: phases.map((phase) => String(phase["phase_name"])),
      platforms: strings(object["x_mitre_platforms"]).toSorted(),
      stixId,
      state: object["revoked"] === true ? "revoked" : isRetired(object) ? "deprecated" : "active",
      revokedBy: ties.revokedBy.get(stixId) ?? null,
      mitigations: (ties.mitigations.get(stixId) ?? []).toSorted(),
      detections: (ties.detections.get(stixId) ?? []).toSorted(),
    },
  ];
}

/** A retired object may share its id with the one that took its place. */
function preferActive(techniques: readonly Technique[]): Technique[] {
  const byId = new Map<string, Technique>();
  for (const technique of techniques) {
    const other = byId.get(technique.id);
    if (other === undefined || other.state !== "active") byId.set(technique.id, technique);
  }
  return [...byId.values()];
}

function detectionsOf(objects: readonly Json[], ids: ReadonlyMap<string, string>): DetectionStrategy[] {
  const analytics = new Map<string, Analytic>();
  for (const object of objects) {
    if (object["type"] !== "x-mitre-analytic" || isRetired(object)) continue;
    const id = ids.get(String(object["id"]));
    if (id !== undefined) analytics.set(String(object["id"]), analyticOf(id, object, ids));
  }
  const strategies = objects
    .filter((object) => object["type"] === "x-mitre-detection-strategy" && !isRetired(object))
    .flatMap((object) => {
      const id = ids.get(String(object["id"]));
      if (id === undefined) return [];
      const refs = strings(object["x_mitre_analytic_refs"]);
      const used = refs.flatMap((ref) => analytics.get(ref) ?? []);
      return [{ id, name: text(object["name"]) ?? "", analytics: used }];
    });
  const components = namedOf(objects, "x-mitre-data-component", ids).map((named) => ({
    ...named,
    analytics: [],
  }));
  return [...strategies, ...components].sort(byId);
}

function analyticOf(id: string, object: Json, ids: ReadonlyMap<string, string>): Analytic {
  const sources = object["x_mitre_log_source_references"];
  return {
    id,
    name: text(object["name"]) ?? "",
    platforms: strings(object["x_mitre_platforms"]),
    logSources: (Array.isArray(sources) ? sources.filter(isObject) : []).map((source) => {
      const component = String(source["x_mitre_data_component_ref"]);
      return { name: text(source["name"]) ?? "", component: ids.get(component) ?? component };
    }),
  };
}

function namedOf(objects: readonly Json[], type: string, ids: ReadonlyMap<string, string>): Named[] {
  return objects
    .filter((object) => object["type"] === type && !isRetired(object))
    .map((object) => ({
      id: ids.get(String(object["id"])) ?? String(object["id"]),
      name: text(object["name"]) ?? "",
    }))
    .sort(byId);
}

/** In the matrix's order where the bundle has a matrix. */
function tacticsOf(objects: readonly Json[]): AttackRelease["tactics"] {
  const order = objects
    .filter(({ type }) => type === "x-mitre-matrix")
    .flatMap((m) => strings(m["tactic_refs"]));
  return objects
    .filter((object) => object["type"] === "x-mitre-tactic" && !isRetired(object))
    .map((object) => ({
      at: order.indexOf(String(object["id"])),
      shortName: text(object["x_mitre_shortname"]) ?? "",
      name: text(object["name"]) ?? "",
    }))
    .sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1))
    .map(({ shortName, name }) => ({ shortName, name }));
}

/** STIX id → the id people use (`T1053.006`, `M1018`, `DET0231`). */
function externalIds(objects: readonly Json[]): Map<string, string> {
  const ids = new Map<string, string>();
  for (const object of objects) {
    const references = object["external_references"];
    if (!Array.isArray(references) || typeof object["id"] !== "string") continue;
    for (const reference of references) {
      if (!isObject(reference) || !DOMAIN_OF.has(String(reference["source_name"]))) continue;
      const id = text(reference["external_id"]);
      if (id !== null && !ids.has(object["id"])) ids.set(object["id"], id);
    }
  }
  return ids;
}

/** The domain most techniques name; before ATT&CK 10 objects had no `x_mitre_domains`, but a kill chain of their own. */
function domainOf(objects: readonly Json[]): Domain {
  const votes = new Map<Domain, number>();
  for (const object of objects) {
    if (object["type"] !== "attack-pattern") continue;
    const chains = Array.isArray(object["kill_chain_phases"])
      ? object["kill_chain_phases"].filter(isObject)
      : [];
    const named = strings(object["x_mitre_domains"]);
    const words =
      named.length > 0 ? named : chains.slice(0, 1).map((phase) => String(phase["kill_chain_name"]));
    for (const word of words) {
      const domain = DOMAIN_OF.get(word);
      if (domain !== undefined) votes.set(domain, (votes.get(domain) ?? 0) + 1);
    }
  }
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "enterprise";
}

function isRetired(object: Json): boolean {
  return object["revoked"] === true || object["x_mitre_deprecated"] === true;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function push(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else if (!list.includes(value)) list.push(value);
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : Number(a.id > b.id);
}
