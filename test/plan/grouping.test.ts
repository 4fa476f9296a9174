import fc from "fast-check";
import { expect, test } from "vitest";
import { cut, groupingText, isOnePodPerStage, onePodPerStage, podNames } from "../../sim/grouping.ts";

const named = (...names: string[]) => names.map((name) => ({ name }));

test("cut keeps every stage, in order", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 }), (grouping) => {
      const stages = grouping.flatMap((count, pod) => Array.from({ length: count }, (_, index) => `${pod}.${index}`));
      const pods = cut(stages, grouping);
      expect(pods.flat()).toEqual(stages);
      expect(pods.map((pod) => pod.length)).toEqual(grouping);
    }),
  );
});

test.each([[[2, 1]], [[4, 0]], [[1.5, 2.5]], [[]]])("cut refuses %j of 4 stages", (grouping) => {
  expect(() => cut(["a", "b", "c", "d"], grouping)).toThrow(
    new RangeError(`grouping ${groupingText(grouping)} should be counts >= 1 that sum to 4 stages`),
  );
});

test("one pod per stage", () => {
  expect(onePodPerStage(3)).toEqual([1, 1, 1]);
  expect(isOnePodPerStage([1, 1, 1])).toBe(true);
  expect(isOnePodPerStage([1, 2])).toBe(false);
});

test("pods are named after their stages", () => {
  expect(podNames([named("source"), named("conv", "relu")])).toEqual(["source", "conv-relu"]);
});

test("long names and names that are taken give way to the stages' numbers", () => {
  const long = named("convolution-one", "normalisation-one", "activation-one");
  expect(podNames([named("source"), long])).toEqual(["source", "stages-2-to-4"]);
  expect(podNames([named("a", "b"), named("a-b")])).toEqual(["a-b", "stages-3-to-3-1"]);
});

test("names of pods are unique and fit for DNS labels", () => {
  const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/);
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 8 }), fc.infiniteStream(fc.nat(3)), (names, extra) => {
      const grouping: number[] = [];
      for (let left = names.length; left > 0; left -= grouping.at(-1)!) {
        grouping.push(Math.min(left, 1 + (extra.next().value ?? 0)));
      }
      const pods = podNames(cut(named(...names), grouping));
      expect(new Set(pods).size).toBe(pods.length);
      for (const pod of pods) expect(pod).toMatch(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/);
    }),
  );
});
