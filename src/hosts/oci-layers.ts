import type { GapList } from "./archive.ts";
import { type ArchiveBuilder, directoryNode, type PendingLink } from "./archive-builder.ts";
import { type FileTree, type Inode, impliedDirectory, NONE } from "./tree.ts";

/*
 * Stacking layers as the OCI image specification ("layer.md", whiteouts) and containerd's `archive.Apply` do:
 * a layer's whiteouts touch only what lies below it, a directory nobody describes follows a link of a lower layer.
 */

const WHITEOUT = ".wh.";
const OPAQUE = ".wh..wh..opq";
const OWN_BOOKKEEPING = ".wh..wh.";

/** Puts one layer, read into a tree of its own, on top of what is in `image`; its inodes bear `number` as store. */
export function applyLayer(
  image: ArchiveBuilder,
  layer: FileTree,
  links: readonly PendingLink[],
  number: number,
): void {
  eraseWhiteouts(image.tree, layer);
  new Stacking(image, layer, number).run();
  for (const link of links) takeFromBelow(image, layer, link);
}

/** Removes what the layer declares gone, before any of its own files are in place. */
function eraseWhiteouts(tree: FileTree, layer: FileTree): void {
  const pending: [number, number][] = [[0, 0]];
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const [upper, lower] = pair;
    for (const child of layer.children(upper)) {
      const name = layer.name(child);
      if (name === OPAQUE) for (const below of tree.children(lower)) tree.remove(below);
      else if (name.startsWith(WHITEOUT) && !name.startsWith(OWN_BOOKKEEPING)) {
        const hidden = tree.child(lower, name.slice(WHITEOUT.length));
        if (hidden !== NONE) tree.remove(hidden);
      } else if (layer.isDirectory(child)) {
        const below = directoryBelow(tree, layer, child, lower);
        if (below !== NONE) pending.push([child, below]);
      }
    }
  }
}

function directoryBelow(tree: FileTree, layer: FileTree, child: number, lower: number): number {
  const found = tree.child(lower, layer.name(child));
  if (found === NONE || tree.isDirectory(found)) return found;
  return layer.isImplied(child) ? directoryNode(tree, lower, layer.name(child), () => NONE) : NONE;
}

class Stacking {
  readonly #image: ArchiveBuilder;
  readonly #tree: FileTree;
  readonly #layer: FileTree;
  readonly #number: number;
  readonly #shared = new Map<number, number>();

  constructor(image: ArchiveBuilder, layer: FileTree, number: number) {
    this.#image = image;
    this.#tree = image.tree;
    this.#layer = layer;
    this.#number = number;
  }

  run(): void {
    const layer = this.#layer;
    if (!layer.isImplied(0)) this.#tree.setInode(this.#tree.inodeOf(0), this.#inode(layer.inodeOf(0)));
    const pending: [number, number][] = [[0, 0]];
    for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
      const [upper, lower] = pair;
      for (const child of layer.children(upper)) {
        const name = layer.name(child);
        if (name.startsWith(WHITEOUT)) continue;
        if (this.#tree.nodeCount > this.#image.limits.entries) {
          this.#image.gaps.add(
            "/",
            `the image has more than ${this.#image.limits.entries} entries`,
            "files of this and later layers",
          );
          return;
        }
        if (layer.isDirectory(child)) {
          const directory = this.#directory(child, lower, name);
          if (directory !== NONE) pending.push([child, directory]);
        } else this.#file(child, lower, name);
      }
    }
  }

  #directory(child: number, lower: number, name: string): number {
    const tree = this.#tree;
    const found = tree.child(lower, name);
    const inode = this.#inode(this.#layer.inodeOf(child));
    if (inode.implied && found !== NONE) {
      const existing = directoryNode(tree, lower, name, (parent, missing) => this.#made(parent, missing));
      if (existing !== NONE) return existing;
    }
    if (found !== NONE && tree.isDirectory(found)) {
      tree.setInode(tree.inodeOf(found), inode);
      return found;
    }
    if (found !== NONE) tree.remove(found);
    const node = tree.put(lower, name);
    tree.bind(node, tree.addInode(inode));
    return node;
  }

  #made(parent: number, name: string): number {
    const node = this.#tree.put(parent, name);
    this.#tree.bind(node, this.#tree.addInode(impliedDirectory(this.#number)));
    return node;
  }

  #file(child: number, lower: number, name: string): void {
    const tree = this.#tree;
    const found = tree.child(lower, name);
    if (found !== NONE) tree.remove(found);
    tree.bind(tree.put(lower, name), this.#copied(this.#layer.inodeOf(child)));
  }

  /** The inode in the image for one of the layer; hard links within the layer stay one file. */
  #copied(number: number): number {
    const known = this.#shared.get(number);
    if (known !== undefined) return known;
    const copy = this.#tree.addInode(this.#inode(number));
    carry(this.#layer.targets, this.#tree.targets, number, copy);
    carry(this.#layer.sparse, this.#tree.sparse, number, copy);
    carry(this.#layer.withheld, this.#tree.withheld, number, copy);
    if (this.#layer.linksOf(number) > 1) this.#shared.set(number, copy);
    return copy;
  }

  #inode(number: number): Inode {
    return { ...this.#layer.inode(number), store: this.#number };
  }
}

/** What is known of inodes by number. */
interface Notes<T> {
  get(number: number): T | undefined;
  set(number: number, value: T): unknown;
}

function carry<T>(from: Notes<T>, to: Notes<T>, number: number, copy: number): void {
  const value = from.get(number);
  if (value !== undefined) to.set(copy, value);
}

/** A hard link may lead to a file of a lower layer. */
function takeFromBelow(image: ArchiveBuilder, layer: FileTree, link: PendingLink): void {
  const node = image.find(layer.path(link.node));
  const target = image.find(link.to);
  if (node === NONE) return;
  if (target === NONE || target === node || image.tree.isDirectory(target))
    reportLost(image.gaps, layer.path(link.node), link.to);
  else image.tree.bind(node, image.tree.inodeOf(target));
}

function reportLost(gaps: GapList, path: string, to: string): void {
  gaps.add(path, `a hard link to ${to.slice(0, 300)}, which is not in the image`, "the content of this file");
}
