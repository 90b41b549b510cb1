/** The table of timers: sorted, grouped, with columns to choose, and of long ones only the part in sight. */
import type { ComponentChildren, VNode } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { TimerRow } from "../../src/report/envelope.ts";
import { visible } from "../../src/report/visible.ts";
import { useApp, useLinks, useParam } from "../context.ts";
import { earliestOf, findingsOf, type Model, VERDICTS, verdictOf } from "../model.ts";
import { picksIn, toggled } from "../picks.ts";
import type { Cell, Sheet } from "../share.ts";
import { NoRows } from "./no-rows.tsx";
import { usePrinting } from "./print.tsx";
import { Code, expected, NextText, Text, UnitLink, VerdictBadge, When } from "./say.tsx";

export interface Column {
  readonly id: string;
  readonly title: string;
  readonly isUsual: boolean;
  readonly show: (row: TimerRow, model: Model) => ComponentChildren;
  readonly cell: (row: TimerRow, model: Model) => Cell;
  /** What to sort by, where it is not the cell. */
  readonly rank?: (row: TimerRow, model: Model) => string | number;
  readonly isNumber?: boolean;
}

const lastOf = ({ last }: TimerRow): number | null => (last === null ? null : Date.parse(last.time) * 1000);

export const COLUMNS: readonly Column[] = [
  {
    id: "verdict",
    title: "Verdict",
    isUsual: true,
    show: (row) => <VerdictBadge of={verdictOf(row)} />,
    cell: (row) => row.verdict,
    rank: (row) => VERDICTS.indexOf(verdictOf(row)),
  },
  {
    id: "unit",
    title: "Unit",
    isUsual: true,
    show: (row) => <UnitLink row={row} isBare />,
    cell: (row) => row.unit,
  },
  {
    id: "next",
    title: "Next",
    isUsual: true,
    show: (row) => <NextText row={row} />,
    cell: (row) => row.next.earliest ?? row.next.reason,
    rank: (row) => earliestOf(row) ?? Number.MAX_VALUE,
  },
  {
    id: "command",
    title: "Runs",
    isUsual: true,
    show: (row) => <Code of={row.command ?? row.activates} />,
    cell: (row) => row.command ?? row.activates,
  },
  {
    id: "user",
    title: "As",
    isUsual: true,
    show: (row) => <Text of={row.runsAs} />,
    cell: (row) => row.runsAs,
  },
  {
    id: "week",
    title: "In 7 days",
    isUsual: true,
    isNumber: true,
    show: (row, model) => {
      const forecast = model.forecast.get(row.id);
      if (forecast === undefined || forecast.kind === "none") return <span class="none">–</span>;
      return `${forecast.approximate ? "≈" : ""}${expected(forecast.week)}`;
    },
    cell: (row, model) => model.forecast.get(row.id)?.week ?? null,
    rank: (row, model) => model.forecast.get(row.id)?.week ?? 0,
  },
  {
    id: "why",
    title: "First finding",
    isUsual: true,
    show: (row, model) => <Text of={findingsOf(model, row)[0]?.says ?? row.problems[0]?.says ?? ""} />,
    cell: (row, model) => findingsOf(model, row)[0]?.says ?? row.problems[0]?.says ?? null,
  },
  {
    id: "state",
    title: "State",
    isUsual: false,
    show: (row) => <Text of={row.load === "loaded" ? row.state : row.load} />,
    cell: (row) => (row.load === "loaded" ? row.state : row.load),
  },
  {
    id: "schedule",
    title: "Schedule",
    isUsual: false,
    show: (row) => <Text of={scheduleOf(row)} />,
    cell: (row) => scheduleOf(row),
  },
  {
    id: "last",
    title: "Last",
    isUsual: false,
    show: (row) => {
      const usec = lastOf(row);
      return usec === null ? <span class="none">not known</span> : <When usec={usec} />;
    },
    cell: (row) => row.last?.time ?? null,
    rank: (row) => lastOf(row) ?? 0,
  },
  {
    id: "package",
    title: "Package",
    isUsual: false,
    show: (row) => (row.package === null ? <span class="none">none</span> : <Text of={row.package} />),
    cell: (row) => row.package,
  },
  {
    id: "path",
    title: "File",
    isUsual: false,
    show: (row) => <Code of={row.path} />,
    cell: (row) => row.path,
  },
  {
    id: "kind",
    title: "Kind",
    isUsual: false,
    show: (row) => <Text of={row.kind} />,
    cell: (row) => row.kind,
  },
];

export function scheduleOf({ schedule }: TimerRow): string {
  return schedule.map(({ directive, text, words }) => words ?? `${directive}=${text}`).join("; ");
}

const GROUPS: ReadonlyMap<string, (row: TimerRow) => string> = new Map(
  Object.entries({
    verdict: (row) => verdictOf(row),
    package: (row) => row.package ?? "no package",
    user: (row) => row.runsAs,
    directory: (row) => row.path?.replace(/\/[^/]*$/, "") ?? "no file",
    kind: (row) => row.kind,
  } satisfies Record<string, (row: TimerRow) => string>),
);

export const GROUP_NAMES: readonly string[] = [...GROUPS.keys()];

export interface Arrangement {
  readonly columns: readonly Column[];
  readonly rows: readonly TimerRow[];
}

/** Columns and order as the address says. */
export function useArrangement(rows: readonly TimerRow[]): Arrangement {
  const { model } = useApp();
  const chosen = useParam("cols");
  const sort = useParam("sort");
  const group = useParam("group");
  const columns = useMemo(() => {
    const names = chosen === "" ? null : new Set(chosen.split(","));
    return COLUMNS.filter(({ id, isUsual }) => (names === null ? isUsual : names.has(id) || id === "unit"));
  }, [chosen]);
  const arranged = useMemo(() => sorted(rows, sort, model, group), [rows, sort, model, group]);
  return { columns, rows: arranged };
}

function sorted(rows: readonly TimerRow[], sort: string, model: Model, group: string): readonly TimerRow[] {
  const column = COLUMNS.find(({ id }) => id === sort.replace(/^-/, ""));
  const sign = sort.startsWith("-") ? -1 : 1;
  const rank = column?.rank ?? column?.cell;
  const keys = new Map(rank === undefined ? [] : rows.map((row) => [row, rank(row, model) ?? "\uffff"]));
  const groupOf = GROUPS.get(group);
  if (rank === undefined && groupOf === undefined) return rows;
  return [...rows].sort((a, b) => {
    const order = groupOf === undefined ? 0 : compare(groupOf(a), groupOf(b));
    return order || sign * compare(keys.get(a) ?? "", keys.get(b) ?? "");
  });
}

function compare(a: string | number | boolean, b: string | number | boolean): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

export function sheetOf({ columns, rows }: Arrangement, model: Model): Sheet {
  return {
    name: "timers",
    columns: ["id", ...columns.map(({ id }) => id)],
    rows: rows.map((row) => [row.id, ...columns.map(({ cell }) => cell(row, model))]),
  };
}

const ROW_HEIGHT = 34;
/** Below this everything is drawn; above, what is in sight and some around it. */
const VIRTUAL_FROM = 150;
const AROUND = 12;

type Item =
  | { readonly kind: "row"; readonly row: TimerRow }
  | { readonly kind: "group"; readonly name: string; readonly count: number };

export function RowsTable({ columns, rows }: Arrangement): VNode {
  const links = useLinks();
  const sort = useParam("sort");
  const group = useParam("group");
  const selected = useParam("sel");
  const picked = useParam("pick");
  const picks = useMemo(() => new Set(picksIn(picked)), [picked]);
  const items = useMemo(() => itemsOf(rows, group), [rows, group]);
  // On paper every row counts.
  const isPrinting = usePrinting();
  const region = useRef<HTMLElement>(null);
  const { first, last } = useWindow(region, items.length, isPrinting || items.length < VIRTUAL_FROM);
  const cellsOf = useCells(columns);
  if (rows.length === 0) return <NoRows />;
  return (
    <section
      class="table-scroll tall"
      ref={region}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label="Timers and jobs"
      onKeyDown={(event) => moveRow(event, region.current)}
    >
      <table class="rows" aria-rowcount={items.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col" class="c-pick">
              <span class="visually-hidden">Chosen</span>
            </th>
            {columns.map(({ id, title, isNumber }) => {
              const way = sort === id ? "ascending" : sort === `-${id}` ? "descending" : "none";
              return (
                <th key={id} scope="col" aria-sort={way} class={isNumber ? `c-${id} num` : `c-${id}`}>
                  <a href={links.view({ sort: sort === id ? `-${id}` : sort === `-${id}` ? null : id })}>
                    {title}
                    <span aria-hidden="true" class="arrow">
                      {way === "ascending" ? "↑" : way === "descending" ? "↓" : ""}
                    </span>
                  </a>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody
          onChange={({ target }) => {
            const id = (target as HTMLElement).closest("tr")?.dataset["row"];
            if (id !== undefined) links.go({ pick: toggled([...picks], id) });
          }}
        >
          <Spacer rows={first} columns={columns.length + 1} />
          {items.slice(first, last).map((item, at) =>
            item.kind === "group" ? (
              <tr key={`g-${item.name}`} class="group" aria-rowindex={first + at + 2}>
                <th scope="colgroup" colSpan={columns.length + 1}>
                  <Text of={item.name} /> <span class="far">{item.count}</span>
                </th>
              </tr>
            ) : (
              <tr
                key={item.row.id}
                aria-rowindex={first + at + 2}
                class={item.row.id === selected ? "selected" : ""}
                data-row={item.row.id}
              >
                {cellsOf(item.row, picks.has(item.row.id))}
              </tr>
            ),
          )}
          <Spacer rows={items.length - last} columns={columns.length + 1} />
        </tbody>
      </table>
    </section>
  );
}

/** Cells are made once a row: Preact passes over what is the very same, so a filter draws only rows that were not there. */
function useCells(columns: readonly Column[]): (row: TimerRow, isPicked: boolean) => VNode[] {
  const { model } = useApp();
  return useMemo(() => {
    const made = { picked: new WeakMap<TimerRow, VNode[]>(), free: new WeakMap<TimerRow, VNode[]>() };
    return (row, isPicked) => {
      const known = isPicked ? made.picked : made.free;
      const cells = known.get(row) ?? [
        <td key="pick" class="c-pick">
          <input type="checkbox" checked={isPicked} aria-label={`Choose ${visible(row.unit)}`} />
        </td>,
        ...columns.map((column) => (
          <td key={column.id} class={column.isNumber ? `c-${column.id} num` : `c-${column.id}`}>
            {column.show(row, model)}
          </td>
        )),
      ];
      known.set(row, cells);
      return cells;
    };
  }, [columns, model]);
}

function Spacer({ rows, columns }: { rows: number; columns: number }): VNode | null {
  if (rows <= 0) return null;
  return (
    <tr class="spacer" style={{ height: `${rows * ROW_HEIGHT}px` }}>
      <td colSpan={columns} />
    </tr>
  );
}

function itemsOf(rows: readonly TimerRow[], group: string): readonly Item[] {
  const groupOf = GROUPS.get(group);
  if (groupOf === undefined) return rows.map((row) => ({ kind: "row", row }));
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(groupOf(row), (counts.get(groupOf(row)) ?? 0) + 1);
  const items: Item[] = [];
  let current: string | null = null;
  for (const row of rows) {
    const name = groupOf(row);
    if (name !== current) items.push({ kind: "group", name, count: counts.get(name) ?? 0 });
    current = name;
    items.push({ kind: "row", row });
  }
  return items;
}

function useWindow(
  region: { readonly current: HTMLElement | null },
  length: number,
  isWhole: boolean,
): { readonly first: number; readonly last: number } {
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(900);
  useLayoutEffect(() => {
    const element = region.current;
    if (element === null || isWhole) return;
    const look = (): void => {
      // Steps of some rows: not every pixel is worth a new drawing.
      setTop(Math.floor(element.scrollTop / (ROW_HEIGHT * 4)) * ROW_HEIGHT * 4);
      setHeight(element.clientHeight);
    };
    look();
    element.addEventListener("scroll", look, { passive: true });
    return () => element.removeEventListener("scroll", look);
  }, [isWhole, length]);
  if (isWhole) return { first: 0, last: length };
  const first = Math.max(0, Math.min(Math.floor(top / ROW_HEIGHT) - AROUND, length - 1));
  return { first, last: Math.min(length, Math.ceil((top + height) / ROW_HEIGHT) + AROUND) };
}

/** Arrow keys go from row to row as `j` and `k` do. */
function moveRow(event: KeyboardEvent, region: HTMLElement | null): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  if (region !== null && stepRow(region, event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
}

/** Puts the focus on the next or previous row's link, scrolling where it must. False where there is none. */
export function stepRow(scope: ParentNode, step: 1 | -1): boolean {
  const all = [...scope.querySelectorAll<HTMLElement>("a.unit")];
  const here = document.activeElement?.closest("tr")?.querySelector("a.unit") ?? document.activeElement;
  const at = all.indexOf(here as HTMLElement);
  const next = at < 0 ? all[0] : all[at + step];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return next !== undefined;
}
