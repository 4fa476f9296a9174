export { conv2d } from "./conv2d";
export { copy } from "./copy";
export { dense } from "./dense";
export { maxpoolFloat } from "./maxpool";
export { maxpoolBytes } from "./maxpool-bytes";
export { grayscaleBytes, grayscaleFloat, normalizeBytes, normalizeFloat, widen } from "./pointwise";
export { relu } from "./relu";
export { resize } from "./resize";
export { softmax } from "./softmax";
