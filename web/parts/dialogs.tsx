/** The sheet of keys and the command palette. */
import type { VNode } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { visible } from "../../src/report/visible.ts";
import { useApp, useLinks } from "../context.ts";
import { verdictOf } from "../model.ts";
import { PAGES } from "../route.ts";

export const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ["/", "filter or search"],
  ...PAGES.map(({ key, title }): readonly [string, string] => [`g ${key}`, `go to ${title}`]),
  ["j  k", "next and previous row (also arrow keys in a table)"],
  ["Enter", "open the row in the side panel"],
  ["e", "explain the row, or what the panel shows"],
  ["x", "choose the row, or no longer (Timers)"],
  ["Esc", "close the panel, choose none, or empty the filter"],
  [".", "command palette"],
  ["?", "this sheet"],
];

function useModal(onClose: () => void): { readonly current: HTMLDialogElement | null } {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    element?.addEventListener("close", onClose);
    return () => element?.removeEventListener("close", onClose);
  }, [onClose]);
  return dialog;
}

export function KeySheet({
  onClose,
  keysOn,
  setKeys,
}: {
  onClose: () => void;
  keysOn: boolean;
  setKeys: (on: boolean) => void;
}): VNode {
  const dialog = useModal(onClose);
  return (
    <dialog ref={dialog} aria-labelledby="keys-title" class="sheet">
      <h2 id="keys-title">Keys</h2>
      <dl class="keys">
        {KEYS.map(([keys, does]) => (
          <div key={keys}>
            <dt>
              {keys
                .split(" ")
                .filter(Boolean)
                .map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <label>
        <input type="checkbox" checked={keysOn} onChange={(event) => setKeys(event.currentTarget.checked)} />{" "}
        single keys do something (Tab, Enter, Esc and arrows always do)
      </label>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}

interface Entry {
  readonly title: string;
  readonly note: string;
  readonly href: string;
}

const MOST = 12;

export function Palette({ onClose }: { onClose: () => void }): VNode {
  const { model } = useApp();
  const links = useLinks();
  const dialog = useModal(onClose);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const all = useMemo((): readonly Entry[] => {
    const pages = PAGES.map(({ id, title }) => ({ title, note: "page", href: links.page(id) }));
    const verdicts = ["alert", "suspect", "review", "unknown"].map((verdict) => ({
      title: `Only ${verdict}`,
      note: "filter",
      href: links.page("timers", { f: `verdict:${verdict}` }),
    }));
    const rows = model.rows.map((row) => ({
      title: visible(row.scope === "system" ? row.unit : row.id),
      note: `explain, ${verdictOf(row)}`,
      href: links.page("explain", { id: row.id }),
    }));
    return [...pages, ...verdicts, ...rows];
  }, [model, links]);
  const found = all.filter(({ title }) => title.toLowerCase().includes(text.toLowerCase())).slice(0, MOST);
  const run = (entry: Entry | undefined): void => {
    if (entry === undefined) return;
    dialog.current?.close();
    location.hash = entry.href;
  };
  return (
    <dialog ref={dialog} class="sheet palette" aria-label="Command palette">
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found[at] === undefined ? undefined : `palette-${at}`}
        aria-label="Page, filter or timer"
        placeholder="page, filter or timer"
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") setAt(Math.min(found.length - 1, at + 1));
          else if (event.key === "ArrowUp") setAt(Math.max(0, at - 1));
          else if (event.key === "Enter") run(found[at]);
          else return;
          event.preventDefault();
        }}
      />
      <div id="palette-list" role="listbox" aria-label="Results">
        {found.map((entry, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys work in the input that owns this list
          <div
            key={entry.href}
            id={`palette-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            onClick={() => run(entry)}
          >
            {entry.title} <span class="far">{entry.note}</span>
          </div>
        ))}
      </div>
      {found.length === 0 && <p class="empty">Nothing of that name.</p>}
    </dialog>
  );
}
