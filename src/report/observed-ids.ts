/** STIX ids that are the same on every run. */
import { uuid5 } from "../mappings/sha1.ts";

/** Namespace of cyber-observable objects (STIX 2.1, §2.9). */
const OBSERVABLES = "00abedb4-aa42-466c-9c01-fed23315a9b7";

/** Our own namespace for everything else, made once at random; never changes, or every id would. */
const NAMESPACE = "0d1c8d0e-53f5-4f0e-8a3b-6b8f2f5d1c47";

/** The id of a cyber-observable, of its id-contributing properties. Keys must be given in the alphabet's order (RFC 8785). */
export function observableId(type: string, contributing: Readonly<Record<string, string>>): string {
  return `${type}--${uuid5(OBSERVABLES, JSON.stringify(contributing))}`;
}

/** The id of any other object, of the words that name it. */
export function objectId(type: string, ...words: readonly string[]): string {
  return `${type}--${uuid5(NAMESPACE, JSON.stringify([type, ...words]))}`;
}
