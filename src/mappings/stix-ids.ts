/** Ids and dates that the STIX writer and reader share. */
import { uuid5 } from "./sha1.ts";

/** Our own namespace, made once at random; never changes, or every id would. */
const NAMESPACE = "5b0a7c9e-3d55-4c0e-9b1f-6f0d6a3e8c27";

/** The property extension that holds rows and metadata word by word, so that nothing is lost. */
export const EXTENSION = `extension-definition--${uuid5(NAMESPACE, "mapping-row")}`;

export const IDENTITY = `identity--${uuid5(NAMESPACE, "timerwarden")}`;

/** The same words give the same id, in every run and on every machine. */
export function stixId(type: string, ...words: readonly (string | number | null)[]): string {
  return `${type}--${uuid5(NAMESPACE, JSON.stringify([type, ...words]))}`;
}

/** Midnight UTC of a mapping file's MM/DD/YYYY. */
export function stixTime(date: string | undefined): string {
  const [, month, day, year] = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(date ?? "") ?? [];
  return year === undefined ? "1970-01-01T00:00:00.000Z" : `${year}-${month}-${day}T00:00:00.000Z`;
}
