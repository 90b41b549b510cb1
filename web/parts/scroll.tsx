import type { ComponentChildren, VNode } from "preact";

/** What may be wider than the page scrolls by itself, also by keyboard. */
export function Scroll({
  label,
  isPlain = false,
  children,
}: {
  label: string;
  isPlain?: boolean;
  children: ComponentChildren;
}): VNode {
  return (
    <section
      class={isPlain ? "table-scroll plain" : "table-scroll"}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label={`${label}, which scrolls`}
    >
      {children}
    </section>
  );
}
