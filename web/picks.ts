/** Rows somebody chose one by one. They stand in the address by their ids, as everything that makes a view. */
import { filterTerm } from "../src/report/filter.ts";

/** No id of ours has one. */
const BETWEEN = "\n";

/** Of the address's parameter. */
export function picksIn(text: string): readonly string[] {
  return text.split(BETWEEN).filter(Boolean);
}

/** For the address: with the row if it was not chosen, without it if it was. */
export function toggled(picks: readonly string[], id: string): string {
  return (picks.includes(id) ? picks.filter((each) => each !== id) : [...picks, id]).join(BETWEEN);
}

/** The filter that lets just these through. */
export function picksFilter(picks: readonly string[]): string {
  return `id:${picks.map((id) => filterTerm("id", id).slice("id:".length)).join(",")}`;
}
