import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readModel } from "../../kernels/onnx/model.ts";
import { Part } from "../../kernels/onnx/part.ts";
import { decodeModel, encodeModel, OnnxError, toNumber } from "../../kernels/onnx/proto.ts";
import { integers, model, node, weight } from "./build.ts";
import { tinyModel } from "./tiny.ts";

const x = { name: "x", dims: [1, 2] };
const y = { name: "y", dims: [1, 2] };

test("a model that is read and written again is the same, fields that are not read here included", () => {
  const bytes = tinyModel();
  expect(encodeModel(decodeModel(bytes))).toEqual(bytes);
  // ModelProto.producer_name, field 2.
  const producer = [(2 << 3) | 2, 4, ...new TextEncoder().encode("test")];
  const longer = Uint8Array.of(...bytes, ...producer);
  const again = Buffer.from(encodeModel(decodeModel(longer)));
  expect(again.includes(Buffer.from(producer))).toBe(true);
  const part = new Part(readModel(longer), undefined, "pool1");
  const cut = Buffer.from(part.extract(part.sizedFor({ height: 8, width: 8, channels: 3, element: "float32" })));
  expect(cut.includes(Buffer.from(producer))).toBe(true);
});

test("integers keep all of their 64 bits", () => {
  const last = { toNumber: () => 0, low: -1, high: 0x7fffffff, unsigned: false };
  const bytes = model({
    nodes: [node("Slice", ["x", "a"], "y")],
    constants: [{ ...integers("a", [0]), int64Data: [last] }],
    inputs: [x],
    outputs: [y],
  });
  const again = decodeModel(encodeModel(decodeModel(bytes)));
  expect(String(again.graph.initializer[0]!.int64Data![0])).toBe("9223372036854775807");
  expect(toNumber(again.opsetImport[0]!.version)).toBe(13);
});

describe("no model", () => {
  const refused = (bytes: Uint8Array) => {
    try {
      readModel(bytes);
      return null;
    } catch (error) {
      if (error instanceof OnnxError) return error.message;
      throw error;
    }
  };

  test("any bytes are refused with a sentence", () => {
    expect(refused(new Uint8Array(0))).toBe("is no ONNX model");
    expect(refused(new TextEncoder().encode("apiVersion: edgetwin/v1\n"))).toBe("is no ONNX model");
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(refused(bytes)).not.toBeNull();
      }),
      { seed: 91, numRuns: 500 },
    );
  });

  test("one that was cut off anywhere is refused, or lacks something", () => {
    const bytes = tinyModel();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length - 20 }), (length) => {
        expect(refused(bytes.subarray(0, length))).toBe("is no ONNX model");
      }),
      { seed: 92, numRuns: 100 },
    );
  });

  test("weights in other files", () => {
    const constants = [{ ...weight("w", [2], new Float32Array(2)), dataLocation: 1 }];
    expect(refused(model({ nodes: [node("Add", ["x", "w"], "y")], constants, inputs: [x], outputs: [y] }))).toBe(
      "keeps its weights in other files (external data): save it as one file",
    );
  });

  test("a tensor that nothing gives, or only later", () => {
    const later = [node("Relu", ["b"], "y"), node("Relu", ["x"], "b")];
    expect(refused(model({ nodes: later, inputs: [x], outputs: [y] }))).toBe(
      "is no sound ONNX model: Relu y reads b, which nothing before it gives",
    );
  });
});

test("an input with a value of its own is a constant: so older exporters write weights", () => {
  const file = readModel(
    model({
      nodes: [node("Add", ["x", "w"], "y")],
      constants: [weight("w", [2], Float32Array.of(1, 2))],
      inputs: [x, { name: "w", dims: [2] }],
      outputs: [y],
    }),
  );
  expect(file.inputs).toEqual(["x"]);
});
