import { contentKey, type Plan } from "../plan.ts";
import type { CompressionCost, Profile } from "../profile.ts";
import { ProfileError } from "./profile-error.ts";

/**
 * What compressing and decompressing the frames of a hop costs on a node; `null` if the hop does not compress, or is not there.
 * @throws ProfileError if it was not measured there.
 */
export function compressionCost(plan: Plan, hop: number, node: string, profile: Profile): CompressionCost | null {
  if (plan.hops[hop]?.compression !== "zstd") return null;
  const key = contentKey(plan, hop);
  const measured = profile.compressions.find((cost) => cost.key === key && cost.node === node);
  if (measured !== undefined) return measured;
  const names = plan.pods.slice(0, hop + 1).flatMap(({ stages }) => stages.map(({ name }) => name));
  throw new ProfileError(
    `profile of ${profile.topology}: zstd of what ${names.join(", ")} give (${key}) was not measured on node ${node}`,
  );
}

/** Bytes that go over a hop: the same for every frame, or compressed frames' in their order. @throws ProfileError if that was not measured. */
export function payloadOf(plan: Plan, hop: number, profile: Profile): readonly number[] {
  const { bytes } = plan.hops[hop]!;
  return compressionCost(plan, hop, plan.pods[hop]!.node, profile)?.bytes ?? [bytes];
}
