import type { ComponentChildren, VNode } from "preact";
import { Scroll } from "./scroll.tsx";

/** A table whose heads are words; its rows are the children. */
export function PlainTable({
  label,
  columns,
  class: name = "",
  children,
}: {
  label: string;
  columns: readonly string[];
  class?: string;
  children: ComponentChildren;
}): VNode {
  return (
    <Scroll label={label}>
      <table class={`plain-table ${name}`}>
        <thead>
          <tr>
            {columns.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </Scroll>
  );
}
