export { conv2d } from "./conv2d";
export { copy } from "./copy";
export { maxpoolBytes } from "./maxpool-bytes";
export { maxpoolFloat } from "./maxpool";
export { relu } from "./relu";
