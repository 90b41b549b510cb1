/** What leads to what: timer, units, commands, programs, in columns from left to right. */
import type { VNode } from "preact";
import { cutTo, visible } from "../../src/report/visible.ts";
import type { Detail } from "../../src/server/api.ts";
import type { Depth } from "../model.ts";
import { Scroll } from "../parts/scroll.tsx";

interface Node {
  readonly id: string;
  readonly label: string;
  readonly column: number;
  readonly kind: string;
  y: number;
}

interface Link {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

const WIDTH = 1000;
const ROW = 34;
const BOX = 26;
const MOST = 40;

export interface Graph {
  readonly nodes: readonly Node[];
  readonly links: readonly Link[];
  readonly leftOut: number;
}

/** Every unit that something leads to, its commands, and the files those reach. */
export function graphOf(depth: Depth, detail: Detail): Graph {
  const nodes = new Map<string, Node>();
  const links: Link[] = [];
  let leftOut = 0;
  const add = (id: string, label: string, column: number, kind: string): boolean => {
    if (nodes.has(id)) return true;
    if (nodes.size >= MOST) {
      leftOut++;
      return false;
    }
    nodes.set(id, { id, label, column, kind, y: 0 });
    return true;
  };
  for (const { unit, how } of detail.units) {
    const view = depth.units[unit];
    if (view === undefined) continue;
    const id = `u:${view.name}`;
    const edge = how.at(-1);
    if (!add(id, view.name, Math.min(1, how.length), how.length === 0 ? "timer" : "unit")) continue;
    if (edge !== undefined && nodes.has(`u:${edge.from}`))
      links.push({ from: `u:${edge.from}`, to: id, label: edge.kind });
  }
  for (const [at, command] of detail.commands.entries()) {
    const id = `c:${at}`;
    if (!add(id, `${command.key}=${command.text}`, 2, "command")) continue;
    if (nodes.has(`u:${command.unit}`)) links.push({ from: `u:${command.unit}`, to: id, label: "runs" });
    for (const reached of command.reached) {
      if (reached.path === null) continue;
      const file = `f:${reached.path}`;
      if (!add(file, reached.path, 3, reached.exists ? reached.kind : "missing")) continue;
      if (!links.some(({ from, to }) => from === id && to === file))
        links.push({ from: id, to: file, label: reached.kind });
    }
  }
  const next = [0, 0, 0, 0];
  for (const node of nodes.values()) {
    node.y = (next[node.column] ?? 0) * ROW + 6;
    next[node.column] = (next[node.column] ?? 0) + 1;
  }
  return { nodes: [...nodes.values()], links, leftOut };
}

const COLUMN_X = [0, 215, 470, 765];
const COLUMN_WIDTH = [180, 215, 260, 235];

export function ClosureGraph({ graph }: { graph: Graph }): VNode {
  const rows = Math.max(
    1,
    ...[0, 1, 2, 3].map((column) => graph.nodes.filter((node) => node.column === column).length),
  );
  const height = rows * ROW + 8;
  const node = new Map(graph.nodes.map((each) => [each.id, each]));
  return (
    <figure class="graph">
      <Scroll label="What leads to what" isPlain>
        <svg
          viewBox={`0 0 ${WIDTH} ${height}`}
          role="img"
          aria-label={sentenceOf(graph)}
          data-nodes={graph.nodes.length}
        >
          {graph.links.map(({ from, to }) => {
            const [a, b] = [node.get(from), node.get(to)];
            if (a === undefined || b === undefined) return null;
            const [x1, y1] = [(COLUMN_X[a.column] ?? 0) + (COLUMN_WIDTH[a.column] ?? 0), a.y + BOX / 2];
            const [x2, y2] = [COLUMN_X[b.column] ?? 0, b.y + BOX / 2];
            const isBack = b.column <= a.column;
            const d = isBack
              ? `M${COLUMN_X[a.column]},${y1} C${(COLUMN_X[a.column] ?? 0) - 26},${y1} ${x2 - 26},${y2} ${x2},${y2}`
              : `M${x1},${y1} C${x1 + 26},${y1} ${x2 - 26},${y2} ${x2},${y2}`;
            return <path key={`${from} ${to}`} class="edge" d={d} />;
          })}
          {graph.nodes.map(({ id, label, column, y, kind }) => (
            <g key={id} class={`node n-${kind}`}>
              <title>{visible(label)}</title>
              <rect x={COLUMN_X[column]} y={y} width={COLUMN_WIDTH[column]} height={BOX} rx="4" />
              <text x={(COLUMN_X[column] ?? 0) + 8} y={y + 17}>
                {cutTo(visible(label), Math.floor(((COLUMN_WIDTH[column] ?? 0) - 16) / 6.4))}
              </text>
            </g>
          ))}
        </svg>
      </Scroll>
      {graph.leftOut > 0 && (
        <figcaption class="far">{graph.leftOut} more are left out here and listed below.</figcaption>
      )}
    </figure>
  );
}

function sentenceOf({ nodes }: Graph): string {
  const of = (column: number): number => nodes.filter((node) => node.column === column).length;
  return `The timer leads to ${of(1)} units, ${of(2)} commands and ${of(3)} programs and files, all of which are listed below.`;
}
