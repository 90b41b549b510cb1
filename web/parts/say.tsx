/** The only ways in which text of a target reaches the page: text nodes, with everything hidden in it shown. */
import type { ComponentChildren, VNode } from "preact";
import type { Place, TimerRow } from "../../src/report/envelope.ts";
import { distance, moment, momentWindow } from "../../src/report/moment.ts";
import { visible } from "../../src/report/visible.ts";
import { formatTimestamp } from "../../src/time/timestamp-format.ts";
import { useApp, useLinks } from "../context.ts";
import { earliestOf, latestOf, type Model, type Verdict, verdictOf } from "../model.ts";

export function Text({ of }: { of: string | null | undefined }): VNode {
  return <>{visible(of ?? "")}</>;
}

export function Code({ of, class: name = "" }: { of: string | null | undefined; class?: string }): VNode {
  return (
    <code class={name} dir="ltr">
      {visible(of ?? "")}
    </code>
  );
}

const MARKS: Readonly<Record<Verdict, string>> = {
  alert: "●",
  suspect: "▲",
  review: "△",
  unknown: "?",
  ok: "✓",
};

export function VerdictMark({ of }: { of: Verdict }): VNode {
  return (
    <span class={`mark v-${of}`} aria-hidden="true">
      {MARKS[of]}
    </span>
  );
}

/** Shape, word and colour. */
export function VerdictBadge({ of }: { of: Verdict }): VNode {
  return (
    <span class={`verdict v-${of}`}>
      <VerdictMark of={of} /> {of}
    </span>
  );
}

export function SeverityBadge({ of }: { of: string }): VNode {
  return <span class={`severity s-${of}`}>{of}</span>;
}

/** `path:line:column`. With the timer or job it belongs to, it leads to that line among its layers, where there is one. */
export function PlaceText({ of, id }: { of: Place | null; id?: string }): VNode | null {
  const { model } = useApp();
  const links = useLinks();
  if (of === null) return null;
  const { path, line, column } = of;
  const where = line > 0 ? `:${line}${column > 0 ? `:${column}` : ""}` : "";
  const text = <Code of={`${path}${where}`} class="place" />;
  if (id === undefined || !isLayer(model, id, path)) return text;
  return (
    <a class="place" href={links.page("explain", { id, at: `${path}:${line}` })}>
      {text}
    </a>
  );
}

function isLayer(model: Model, id: string, path: string): boolean {
  const { depth } = model;
  const units = depth?.detail.get(id)?.units ?? [];
  return units.some(({ unit }) => depth?.units[unit]?.layers.some((layer) => layer.path === path));
}

/** Both ways of saying when: how far, and which moment in the zone that is shown. */
export function When({ usec, only }: { usec: number; only?: "moment" }): VNode {
  const { model, zone } = useApp();
  const away = usec - model.nowUsec;
  const relative = away >= 0 ? `in ${distance(away)}` : `${distance(-away)} ago`;
  return (
    <time dateTime={new Date(usec / 1000).toISOString()} title={formatTimestamp(usec, zone)}>
      {only === undefined && <span class="far">{away >= 0 && away < 1e6 ? "now" : relative}</span>}{" "}
      <span class="moment">{moment(usec, model.nowUsec, zone)}</span>
    </time>
  );
}

/** The next elapse with its window, or why there is none. */
export function NextText({ row }: { row: TimerRow }): VNode {
  const { model, zone } = useApp();
  const [earliest, latest] = [earliestOf(row), latestOf(row)];
  if (earliest === null) {
    const { relative, detail, reason } = row.next;
    const text = relative[0] ?? detail ?? reason ?? "not known";
    return (
      <span class="none" title={visible(detail ?? "")}>
        {visible(text)}
      </span>
    );
  }
  const isWindow = latest !== null && latest - earliest > 60e6;
  const far = earliest <= model.nowUsec ? "now" : `in ${distance(earliest - model.nowUsec)}`;
  return (
    <time dateTime={row.next.earliest ?? ""} title={formatTimestamp(earliest, zone)}>
      <span class="far">{far}</span>{" "}
      <span class="moment">
        {isWindow
          ? momentWindow(earliest, latest, model.nowUsec, zone)
          : moment(earliest, model.nowUsec, zone)}
      </span>
      {row.next.overdue && <span class="note"> a slot was missed</span>}
    </time>
  );
}

/** A timer's name with whose it is; opens the side panel. Bare where its verdict stands beside it. */
export function UnitLink({ row, isBare = false }: { row: TimerRow; isBare?: boolean }): VNode {
  const links = useLinks();
  return (
    <a class="unit" href={links.view({ sel: row.id })} data-id={row.id} title={visible(row.unit)}>
      {!isBare && <VerdictMark of={verdictOf(row)} />}
      <UnitName row={row} />
    </a>
  );
}

export function UnitName({ row }: { row: Pick<TimerRow, "unit" | "scope"> }): VNode {
  return (
    <>
      <Text of={row.unit} />
      {row.scope !== "system" && (
        <span class="scope">
          {" "}
          ~<Text of={row.scope.replace(/^user:/, "")} />
        </span>
      )}
    </>
  );
}

/** Nothing to show, and why. */
export function Empty({ children }: { children: ComponentChildren }): VNode {
  return <p class="empty">{children}</p>;
}

export function Section({
  title,
  note,
  children,
  class: name = "",
}: {
  title: string;
  note?: ComponentChildren;
  children: ComponentChildren;
  class?: string;
}): VNode {
  const id = `s-${title.toLowerCase().replace(/\W+/g, "-")}`;
  return (
    <section class={`card ${name}`} aria-labelledby={id}>
      <header class="card-head">
        <h2 id={id}>{title}</h2>
        {note !== undefined && <div class="card-note">{note}</div>}
      </header>
      {children}
    </section>
  );
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** Expected elapses: whole where they are, one decimal where random delay splits them. */
export function expected(value: number): string {
  if (value >= 10 || Number.isInteger(value)) return String(Math.round(value));
  return value < 0.05 ? "<0.1" : value.toFixed(1);
}
