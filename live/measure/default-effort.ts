/** What a calibration does where nobody says more: seconds for each case, about a minute for topologies/local.yaml. */
export const SECONDS_A_CASE = 2.2;
/** Relative half-width of each cost's 95 % interval. */
export const PRECISION = 0.01;
