import { expect, test } from "vitest";
import { dropsTable } from "../../sim/report/drops-table.ts";

const place = { split: "EEES", grouping: "1+1+1+1", compression: "none", workers: 0 } as const;
const one = { ...place, size: [256, 256] as const, load: "200/s" };

test("measured and predicted stand side by side", () => {
  const measured = { frames: 40, share: 0.4 };
  expect(
    dropsTable([
      { ...one, measured, predicted: { frames: 38, share: 0.38 } },
      { ...one, split: "EEEE", measured: { frames: 0, share: 0 }, predicted: null },
    ]),
  ).toMatchInlineSnapshot(`
    "
    256x256: frames that the source dropped after warm-up, as it could not send them
      in time
    split        load      measured   share predict.   share
    EEES         200/s           40  40.0 %       38  38.0 %
    EEEE         200/s            0   0.0 %        -       -
    "
  `);
});

test("a side that is not there takes no room, and nothing is said where nothing may be dropped", () => {
  const table = dropsTable([{ ...one, measured: null, predicted: { frames: 38, share: 0.38 } }]);
  expect(table).toContain("predict.");
  expect(table).not.toContain("measured");
  expect(dropsTable([])).toBe("");
});
