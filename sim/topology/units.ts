/** A kind of quantity that the topology file writes with its unit. */
export interface Quantity {
  /** Texts that are accepted; it only lets through what mathjs can convert. */
  readonly pattern: RegExp;
  /** For error messages. */
  readonly allowed: string;
  /** The unit of the resulting number, as mathjs writes it. */
  readonly si: string;
}

const NUMBER = "\\d+(\\.\\d+)?";
const TIMES = ["us", "ms", "s", "min"];
// mathjs reads `mb/s` as millibits; this list is what keeps that out.
const AMOUNTS = ["bit", "kbit", "Mbit", "Gbit", "B", "kB", "MB", "GB", "KiB", "MiB", "GiB"];

/** `20 ms` */
export const DURATION: Quantity = {
  pattern: new RegExp(`^${NUMBER} ?(${TIMES.join("|")})$`),
  allowed: `a time such as 20 ms (units: ${TIMES.join(", ")})`,
  si: "s",
};

/** `100 Mbit/s`, `12.5 MB/s` */
export const BANDWIDTH: Quantity = {
  pattern: new RegExp(`^${NUMBER} ?(${AMOUNTS.join("|")})/s$`),
  allowed: `a bandwidth above 0 such as 100 Mbit/s (units: ${AMOUNTS.map((unit) => `${unit}/s`).join(", ")})`,
  si: "B/s",
};

/** `30/s`, in frames; `90/min` */
export const RATE: Quantity = {
  pattern: new RegExp(`^${NUMBER} ?/ ?(s|min)$`),
  allowed: "a rate above 0 such as 30/s or 90/min",
  si: "s^-1",
};

/** `15 W` */
export const POWER: Quantity = {
  pattern: new RegExp(`^${NUMBER} ?(mW|W|kW)$`),
  allowed: "a power such as 15 W (units: mW, W, kW)",
  si: "W",
};

const SIZES = ["B", "kB", "MB", "GB", "KiB", "MiB", "GiB"];

/** `2 GiB` */
export const MEMORY: Quantity = {
  pattern: new RegExp(`^${NUMBER} ?(${SIZES.join("|")})$`),
  allowed: `an amount of memory such as 2 GiB (units: ${SIZES.join(", ")})`,
  si: "B",
};

/** `0.35/h`, in any currency */
export const PRICE: Quantity = {
  pattern: new RegExp(`^${NUMBER} ?/ ?h$`),
  allowed: "a price per hour such as 0.35/h, in any currency, the same for all nodes",
  si: "h^-1",
};

/** `50%` */
export const PERCENT_PATTERN = new RegExp(`^${NUMBER} ?%$`);

/** Converts texts that match a quantity's pattern to numbers. */
export interface Units {
  /**
   * In the quantity's unit: seconds, bytes, bytes per second, watts, 1 per second or per hour.
   * @throws RangeError with the value and what is allowed.
   */
  convert(text: string, quantity: Quantity): number;
}

/** Loads mathjs on first use: 0.1-0.3 s on the slowest machine that we have. */
export function loadUnits(): Promise<Units> {
  loading ??= load();
  return loading;
}

let loading: Promise<Units> | undefined;

async function load(): Promise<Units> {
  const { default: mathjs } = await import("mathjs/lib/browser/math.js");
  const math = mathjs.create({ ...mathjs.unitDependencies, ...mathjs.createUnitDependencies });
  // mathjs has `bit` without prefixes, and `Mb` for what everybody writes as Mbit.
  math.createUnit({ kbit: "1000 b", Mbit: "1000 kbit", Gbit: "1000 Mbit" });
  return {
    convert(text, { pattern, allowed, si }) {
      if (!pattern.test(text)) throw new RangeError(`${JSON.stringify(text)} is not allowed: ${allowed}`);
      // 15 digits hide the rounding of its conversion: 5 us would be 4.9999999999999996e-6 s.
      return Number(math.unit(text).toNumber(si).toPrecision(15));
    },
  };
}

/** 0.5 for `50%`. @throws RangeError unless the text matches `PERCENT_PATTERN`. */
export function parsePercent(text: string): number {
  if (!PERCENT_PATTERN.test(text))
    throw new RangeError(`${JSON.stringify(text)} is not allowed: a percentage such as 50%`);
  return Number((Number.parseFloat(text) / 100).toPrecision(15));
}
