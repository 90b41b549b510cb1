import { columnsOf, cutTo, visible } from "./visible.ts";

/** A column of a text table. Cells are text of a target and are made visible here. */
export interface Column<Row> {
  readonly title: string;
  cell(row: Row): string;
  /** Numbers and durations stand to the right. */
  readonly right?: boolean;
  /** May be cut to this many columns when the table is too wide; the largest gives first. */
  readonly least?: number;
}

/**
 * Rows under titles, columns two blanks apart, no blanks at line ends. With `width` the columns that may be cut are
 * cut until it fits; without, nothing is cut. Titles can be left out.
 */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width?: number,
  hasTitles = true,
): string {
  const cells = rows.map((row) => columns.map((column) => visible(column.cell(row))));
  const widths = columns.map((column, at) =>
    Math.max(hasTitles ? columnsOf(column.title) : 0, ...cells.map((row) => columnsOf(row[at] ?? ""))),
  );
  if (width !== undefined) shrink(columns, widths, width);
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, at) => {
        const size = widths[at] ?? 0;
        const cut = cutTo(text, size);
        const blanks = " ".repeat(Math.max(0, size - columnsOf(cut)));
        return columns[at]?.right ? blanks + cut : cut + blanks;
      })
      .join("  ")
      .trimEnd();
  const titles = hasTitles ? [columns.map(({ title }) => title)] : [];
  return [...titles, ...cells].map((texts) => `${line(texts)}\n`).join("");
}

function shrink<Row>(columns: readonly Column<Row>[], widths: number[], width: number): void {
  const total = () => widths.reduce((sum, size) => sum + size + 2, -2);
  while (total() > width) {
    let widest = -1;
    for (const [at, { least }] of columns.entries()) {
      const size = widths[at] ?? 0;
      if (least !== undefined && size > least && size > (widths[widest] ?? 0)) widest = at;
    }
    if (widest < 0) return;
    widths[widest] = (widths[widest] ?? 1) - 1;
  }
}
