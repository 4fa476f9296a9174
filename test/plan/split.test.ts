import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allSplits, countSplits, goesBackAt, isHomogeneous, monolithLabel, monolithLetter } from "../../sim/split.ts";

const letters = fc.uniqueArray(fc.constantFrom(..."ABCDEFGHIJ"), { minLength: 1, maxLength: 5 });
const stages = fc.integer({ min: 1, max: 7 });

function binomial(n: number, k: number): number {
  return k === 0 ? 1 : (binomial(n - 1, k - 1) * n) / k;
}

describe("allSplits", () => {
  test("in the order of the thesis", () => {
    expect(allSplits(["E", "S"], 4)).toEqual(["SSSS", "ESSS", "EESS", "EEES", "EEEE"]);
    expect(allSplits(["C", "G", "S"], 2)).toEqual(["SS", "GS", "GG", "CS", "CG", "CC"]);
  });

  test("there are C(n + k - 1, k), all different", () => {
    fc.assert(
      fc.property(letters, stages, (letters, stages) => {
        const splits = allSplits(letters, stages);
        expect(new Set(splits).size).toBe(splits.length);
        expect(splits.length).toBe(binomial(letters.length + stages - 1, stages));
        expect(countSplits(letters.length, stages)).toBe(splits.length);
      }),
    );
  });

  test("every split has a letter a stage and never goes back", () => {
    fc.assert(
      fc.property(letters, stages, (letters, stages) => {
        for (const split of allSplits(letters, stages)) {
          expect(split).toHaveLength(stages);
          const places = [...split].map((letter) => letters.indexOf(letter));
          expect(places).toEqual(places.toSorted((a, b) => a - b));
          expect(goesBackAt(split, letters)).toBe(-1);
        }
      }),
    );
  });

  test.each([0, -1, 1.5, Number.NaN])("refuses %d stages", (stages) => {
    expect(() => allSplits(["E"], stages)).toThrow(new RangeError(`stages(=${stages}) should be an integer >= 1`));
  });
});

test("goesBackAt tells the stage", () => {
  expect(goesBackAt("ESES", ["E", "S"])).toBe(2);
  expect(goesBackAt("SE", ["E", "S"])).toBe(1);
  expect(goesBackAt("EXS", ["E", "S"])).toBe(-1);
});

test("any word of letters is listed exactly if it does not go back", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("C", "G", "S"), minLength: 1, maxLength: 6 }), (word) => {
      const order = ["C", "G", "S"];
      expect(allSplits(order, word.length).includes(word)).toBe(goesBackAt(word, order) === -1);
    }),
  );
});

test("labels", () => {
  expect(isHomogeneous("SSSS")).toBe(true);
  expect(isHomogeneous("ESSS")).toBe(false);
  expect(monolithLetter(monolithLabel("E"))).toBe("E");
  expect(monolithLetter("EEEE")).toBeNull();
});
