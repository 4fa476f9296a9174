import { conv2d } from "./conv2d.ts";
import { dense } from "./dense.ts";
import { grayscale } from "./grayscale.ts";
import { identity } from "./identity.ts";
import { images } from "./images.ts";
import type { Kernel } from "./kernel.ts";
import { maxpool } from "./maxpool.ts";
import { normalize } from "./normalize.ts";
import { type OnnxFiles, type OnnxRuntime, onnxKernel } from "./onnx/kernel.ts";
import { relu } from "./relu.ts";
import { resize } from "./resize.ts";
import { softmax } from "./softmax.ts";
import { synthetic } from "./synthetic.ts";

// biome-ignore lint/suspicious/noExplicitAny: each kernel has its own parameter type; `params` checks it at run time
export type Catalogue = ReadonlyMap<string, Kernel<any>>;

/** All kernels by name, but `onnx`, which needs more than its parameters. */
export const catalogue: Catalogue = new Map(
  [synthetic, images, grayscale, normalize, resize, conv2d, relu, maxpool, dense, softmax, identity].map((kernel) => [
    kernel.name,
    kernel,
  ]),
);

/** All kernels by name. @param models that stages name, @param runtime `null`: to check and plan with. */
export function withModels(models: OnnxFiles, runtime: OnnxRuntime | null): Catalogue {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  return new Map<string, Kernel<any>>([...catalogue, ["onnx", onnxKernel(models, runtime)]]);
}

/** @throws RangeError that lists the names there are. */
export function findKernel(name: string, kernels = catalogue): Kernel<unknown> {
  const kernel = kernels.get(name);
  if (kernel === undefined)
    throw new RangeError(`there is no kernel ${name}; there are: ${[...kernels.keys()].join(", ")}`);
  return kernel;
}
