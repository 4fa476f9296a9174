import { conv2d } from "./conv2d.ts";
import { dense } from "./dense.ts";
import { grayscale } from "./grayscale.ts";
import { identity } from "./identity.ts";
import { images } from "./images.ts";
import type { Kernel } from "./kernel.ts";
import { maxpool } from "./maxpool.ts";
import { normalize } from "./normalize.ts";
import { relu } from "./relu.ts";
import { resize } from "./resize.ts";
import { softmax } from "./softmax.ts";
import { synthetic } from "./synthetic.ts";

/** All kernels by name. */
// biome-ignore lint/suspicious/noExplicitAny: each kernel has its own parameter type; `params` checks it at run time
export const catalogue: ReadonlyMap<string, Kernel<any>> = new Map(
  [synthetic, images, grayscale, normalize, resize, conv2d, relu, maxpool, dense, softmax, identity].map((kernel) => [
    kernel.name,
    kernel,
  ]),
);

/** @throws RangeError that lists the names there are. */
export function findKernel(name: string): Kernel<unknown> {
  const kernel = catalogue.get(name);
  if (kernel === undefined)
    throw new RangeError(`there is no kernel ${name}; there are: ${[...catalogue.keys()].join(", ")}`);
  return kernel;
}
