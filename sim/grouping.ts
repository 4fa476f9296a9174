/** How stages are cut into pods: the number of consecutive stages in each pod, in order. */
export type Grouping = readonly number[];

export function onePodPerStage(stages: number): Grouping {
  return Array.from({ length: stages }, () => 1);
}

export function isOnePodPerStage(grouping: Grouping): boolean {
  return grouping.every((count) => count === 1);
}

/** `1+1+2` */
export function groupingText(grouping: Grouping): string {
  return grouping.join("+");
}

/**
 * Cuts a list of stages into one list a pod.
 * @throws RangeError if the counts are not positive integers that sum to the number of stages.
 */
export function cut<T>(stages: readonly T[], grouping: Grouping): T[][] {
  const sum = grouping.reduce((total, count) => total + count, 0);
  if (sum !== stages.length || !grouping.every((count) => Number.isInteger(count) && count >= 1))
    throw new RangeError(
      `grouping ${groupingText(grouping)} should be counts >= 1 that sum to ${stages.length} stages`,
    );
  let end = 0;
  return grouping.map((count) => {
    end += count;
    return stages.slice(end - count, end);
  });
}

/** No pod has stages on two nodes. @param split One letter a stage, as many as the grouping has stages. */
export function respects(grouping: Grouping, split: string): boolean {
  let end = 0;
  return grouping.every((count) => {
    end += count;
    const pod = split.slice(end - count, end);
    return pod === (pod[0] ?? "").repeat(count);
  });
}

const LONGEST_NAME = 40;

/**
 * Names of pods from the names of their stages: `conv`, `conv-relu`. Where that is too long for a Kubernetes name or already
 * taken, `stages-3-to-9`.
 */
export function podNames(pods: readonly (readonly { readonly name: string }[])[]): string[] {
  const taken = new Set<string>();
  let first = 1;
  return pods.map((stages) => {
    const joined = stages.map((stage) => stage.name).join("-");
    let name = joined.length <= LONGEST_NAME ? joined : `stages-${first}-to-${first + stages.length - 1}`;
    while (taken.has(name)) name = `stages-${first}-to-${first + stages.length - 1}-${taken.size}`;
    taken.add(name);
    first += stages.length;
    return name;
  });
}
