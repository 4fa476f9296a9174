/** Kinds of sources of events: as in `model/simulation.ts`. */
export const HOST: i32 = 0;
export const LINK: i32 = 1;
export const DELIVERY: i32 = 2;
export const ACKNOWLEDGEMENT: i32 = 3;
export const TIMER: i32 = 4;
export const DUE: i32 = 7;
