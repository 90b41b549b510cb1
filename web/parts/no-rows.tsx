import type { VNode } from "preact";
import { useApp, useLinks } from "../context.ts";
import { count, Empty } from "./say.tsx";

/** Why no timer and no job stands here: the host has none as far as could be seen, or the filter lets none through. */
export function NoRows(): VNode {
  const { model } = useApp();
  const links = useLinks();
  if (model.rows.length > 0) return <Empty>No timer or job fits this filter.</Empty>;
  const { unitFiles, users, gaps } = model.report.coverage;
  return (
    <Empty>
      This host has no timers and no jobs as far as its files tell:{" "}
      <a href={links.page("about")}>
        {count(unitFiles, "unit file")} and {count(users, "account")} with units of their own were examined,{" "}
        {count(gaps.length, "place")} could not be looked at
      </a>
      .
    </Empty>
  );
}
