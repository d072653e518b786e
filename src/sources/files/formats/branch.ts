/** Conversations are trees in exports: every edited prompt and every repeated answer begins a branch. One was last on screen. */

export interface TreeNode {
  readonly id: string
  /** Its parent's id. */
  readonly parent: string | undefined
  readonly at: Date | undefined
}

/**
 * The branch that ends in `current`; without one, or where nobody `speaks` in it, that of the newest leaf in which somebody does.
 * Where no node names another one as its parent all of them are one branch, in their order.
 */
export function branchOf<T extends TreeNode>(
  nodes: readonly T[],
  current: string | undefined,
  speaks: (node: T) => boolean,
): readonly T[] {
  const tree = new Map(nodes.map((node) => [node.id, node]))
  if (!nodes.some(({ parent }) => parent !== undefined && tree.has(parent))) return nodes
  const above = parentsIn(tree)
  const isSpoken = spokenIn(above, speaks)
  const end = current === undefined ? undefined : tree.get(current)
  if (end !== undefined && isSpoken(end)) return walk(above, end)
  const leaves = newestFirst(leavesOf(nodes, above))
  const leaf = leaves.find(isSpoken) ?? end ?? leaves[0]
  return leaf === undefined ? [] : walk(above, leaf)
}

type Above<T> = (node: T) => T | undefined

/**
 * Each node's parent. A parent that is missing although an earlier node is there is a gap: the branch goes on with the node before.
 * Roots that name the same missing parent are branches of it.
 */
function parentsIn<T extends TreeNode>(tree: ReadonlyMap<string, T>): Above<T> {
  const dangling = [...tree.values()].filter(
    ({ parent }) => parent !== undefined && !tree.has(parent),
  )
  if (dangling.length === 0) return ({ parent }) => tree.get(parent ?? '')
  const times = new Map<string | undefined, number>()
  for (const { parent } of dangling) times.set(parent, (times.get(parent) ?? 0) + 1)
  const ordered = newestFirst([...tree.values()]).toReversed()
  const before = new Map(ordered.map((node, place) => [node.id, ordered[place - 1]]))
  return ({ id, parent }) => {
    const known = tree.get(parent ?? '')
    if (known !== undefined || parent === undefined) return known
    return times.get(parent) === 1 ? before.get(id) : undefined
  }
}

/** Whether somebody speaks between the root and a node; each node is looked at once. */
function spokenIn<T extends TreeNode>(above: Above<T>, speaks: (node: T) => boolean) {
  const known = new Map<string, boolean>()
  return (node: T): boolean => {
    const path: T[] = []
    const seen = new Set<string>()
    let at: T | undefined = node
    while (at !== undefined && !known.has(at.id) && !seen.has(at.id)) {
      seen.add(at.id)
      path.push(at)
      at = above(at)
    }
    let spoken = at !== undefined && known.get(at.id) === true
    for (const each of path.toReversed()) {
      spoken ||= speaks(each)
      known.set(each.id, spoken)
    }
    return spoken
  }
}

/** Nodes that are nobody's parent; where all go round in a circle each of them. */
function leavesOf<T extends TreeNode>(nodes: readonly T[], above: Above<T>): readonly T[] {
  const parents = new Set(nodes.map((node) => above(node)?.id))
  const leaves = nodes.filter(({ id }) => !parents.has(id))
  return leaves.length > 0 ? leaves : nodes
}

/** By time; of nodes without one the last in the file. */
function newestFirst<T extends TreeNode>(nodes: readonly T[]): readonly T[] {
  let last = Number.NEGATIVE_INFINITY
  const placed = nodes.map((node, place) => {
    last = node.at?.getTime() ?? last
    return { node, place, at: last }
  })
  const newer = (a: number, b: number) => (a === b ? 0 : a < b ? 1 : -1)
  return placed.toSorted((a, b) => newer(a.at, b.at) || b.place - a.place).map(({ node }) => node)
}

/** From the root to a node. */
function walk<T extends TreeNode>(above: Above<T>, end: T): readonly T[] {
  const branch: T[] = []
  const seen = new Set<string>()
  let at: T | undefined = end
  while (at !== undefined && !seen.has(at.id)) {
    seen.add(at.id)
    branch.push(at)
    at = above(at)
  }
  return branch.toReversed()
}
