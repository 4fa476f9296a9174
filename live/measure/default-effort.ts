/**
 * What a calibration does where nobody says more: seconds for each case, about a minute for topologies/local.yaml. On a cluster's nodes
 * pods take longer to come up than to be measured, and what is measured for longer comes by more of what the nodes do besides.
 */
export const SECONDS_A_CASE = { processes: 2.2, nodes: 8 };
/** Relative half-width of each cost's 95 % interval. */
export const PRECISION = 0.01;
