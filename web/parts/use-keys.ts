/** Single keys and the two-key `g` commands. Nothing happens while somebody types or a dialog is open. */
import { useLayoutEffect } from "preact/hooks";
import { PAGES, type PageId } from "../route.ts";
import { stepRow } from "./rows-table.tsx";

export interface KeyActions {
  readonly go: (page: PageId) => void;
  readonly explain: (id: string) => void;
  readonly choose: (id: string) => void;
  readonly back: () => void;
  readonly palette: () => void;
  readonly sheet: () => void;
}

const G_MS = 1500;

export function useKeys(actions: KeyActions, isOn: boolean): void {
  useLayoutEffect(() => {
    let lastG = 0;
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (document.querySelector("dialog[open]") !== null || isTyping(event.target)) return;
      if (event.key === "Escape") actions.back();
      if (!isOn || event.key === "Escape") return;
      const afterG = event.timeStamp - lastG < G_MS;
      lastG = 0;
      const page = afterG ? PAGES.find(({ key }) => key === event.key)?.id : undefined;
      if (page !== undefined) actions.go(page);
      else if (event.key === "g") lastG = event.timeStamp;
      else if (event.key === "/") focusSearch();
      else if (event.key === "j" || event.key === "k") stepRow(document, event.key === "j" ? 1 : -1);
      else if (event.key === "e") actions.explain(focusedRow());
      else if (event.key === "x") actions.choose(focusedRow());
      else if (event.key === ".") actions.palette();
      else if (event.key === "?") actions.sheet();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [actions, isOn]);
}

/** The id of the row that has the focus; "" where none has. */
function focusedRow(): string {
  const focused = document.activeElement as HTMLElement | null;
  return focused?.dataset["id"] ?? focused?.closest("tr")?.dataset["row"] ?? "";
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]")
  );
}

function focusSearch(): void {
  const field = document.querySelector<HTMLInputElement>("#filter, .lab input");
  field?.focus();
  field?.select();
}
