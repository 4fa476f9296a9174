import { conditionOf, type NodeJson } from "./api.ts";

/** Cores of `2`, `1500m`. */
export function cores(text: string | undefined): number | null {
  const [, digits, milli] = /^(\d+(?:\.\d+)?)(m?)$/.exec(text ?? "") ?? [];
  return digits === undefined ? null : Number(digits) / (milli === "m" ? 1000 : 1);
}

const BYTES: Readonly<Record<string, number>> = {
  "": 1,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  k: 1e3,
  M: 1e6,
  G: 1e9,
};

/** Bytes of `24581696Ki`. */
export function bytes(text: string | undefined): number | null {
  const [, digits, unit] = /^(\d+)([A-Za-z]*)$/.exec(text ?? "") ?? [];
  const factor = BYTES[unit ?? ""];
  return digits === undefined || factor === undefined ? null : Number(digits) * factor;
}

/** Why no pod of ours would be placed there; `null` if one may. */
export function unfit({ spec, status }: NodeJson): string | null {
  const ready = conditionOf(status.conditions, "Ready");
  if (ready?.status !== "True") return `not ready${ready?.message === undefined ? "" : ` (${ready.message})`}`;
  if (spec.unschedulable === true) return "cordoned";
  const taint = spec.taints?.find(({ effect }) => effect === "NoSchedule" || effect === "NoExecute");
  return taint === undefined ? null : `tainted ${taint.key}:${taint.effect}`;
}
