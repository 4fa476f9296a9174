import type { Plan } from "../plan.ts";

/**
 * Lines that have something to do with each other: those that share a host or a link, and those that share one with these (connected
 * components, by union-find: Tarjan, Data Structures and Network Algorithms, 1983, chapter 2). What happens in one changes nothing
 * in another. @returns Indices of the lines of each, ascending, in the order of the first.
 */
export function componentsOf(plans: readonly Plan[]): number[][] {
  const parents = plans.map((_, line) => line);
  const root = (line: number): number => {
    let at = line;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at]!]!;
      at = parents[at]!;
    }
    return at;
  };
  const first = new Map<string, number>();
  plans.forEach((plan, line) => {
    for (const name of sharedBy(plan)) {
      const other = first.get(name);
      if (other === undefined) first.set(name, line);
      else {
        const [a, b] = [root(other), root(line)];
        parents[Math.max(a, b)] = Math.min(a, b);
      }
    }
  });
  const components = new Map<number, number[]>();
  plans.forEach((_, line) => {
    const of = components.get(root(line)) ?? [];
    components.set(root(line), of);
    of.push(line);
  });
  return [...components.values()];
}

function sharedBy({ hosts, hops, pods }: Plan): string[] {
  const links = hops.flatMap(({ link }, i) => (link === null ? [] : [`link ${pods[i]!.node}>${pods[i + 1]!.node}`]));
  return [...hosts.map(({ name }) => `host ${name}`), ...links];
}
