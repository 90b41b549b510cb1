import type { ComponentChildren, VNode } from "preact";
import { useEffect, useState } from "preact/hooks";

/** A fold whose content is made when it is opened first: what nobody looks at costs nothing. */
export function Fold({
  summary,
  isOpen = false,
  class: name = "",
  children,
}: {
  summary: ComponentChildren;
  isOpen?: boolean;
  class?: string;
  children: () => ComponentChildren;
}): VNode {
  const [isMade, setMade] = useState(isOpen);
  useEffect(() => {
    if (isOpen) setMade(true);
  }, [isOpen]);
  return (
    <details
      class={name}
      open={isOpen}
      onToggle={(event) => {
        if (event.currentTarget.open) setMade(true);
      }}
    >
      <summary>{summary}</summary>
      {isMade && children()}
    </details>
  );
}
