import { exp, log } from "../engine/elementary.ts";
import { mean, sd } from "../statistics/moments.ts";

/** How much something scatters: an estimate, and from how many degrees of freedom. */
export interface Spread {
  readonly variance: number;
  readonly degrees: number;
}

/** Degrees of freedom beyond which a variance is as good as known. */
const MOST = 100;
const EULER = 0.5772156649015329;

/**
 * What variances of a kind are like, as a scaled inverse chi-square distribution: of few measurements each, but many: Smyth, "Linear
 * Models and Empirical Bayes Methods for Assessing Differential Expression in Microarray Experiments", Statistical Applications in
 * Genetics and Molecular Biology 3(1), 2004, section 6.2 (moments of their logarithms; here in whole degrees of freedom).
 * @returns 0 degrees where they are too few, or too different, to tell anything of one another.
 */
export function priorOf(spreads: readonly Spread[]): Spread {
  const usable = spreads.filter(({ variance, degrees }) => variance > 0 && degrees >= 1);
  if (usable.length < 2) return { variance: 0, degrees: 0 };
  const logs = usable.map(({ variance, degrees }) => log(variance) - digamma(degrees) + log(degrees / 2));
  const scatter = sd(logs);
  const own = scatter * scatter - mean(usable.map(({ degrees }) => trigamma(degrees)));
  let degrees = 0;
  while (degrees < MOST && trigamma(degrees + 1) >= own) degrees++;
  if (degrees === 0) return { variance: 0, degrees: 0 };
  return { variance: exp(mean(logs) + digamma(degrees) - log(degrees / 2)), degrees };
}

/** A variance as its own measurements and those of its kind have it together (Smyth, section 3.3). @param most degrees of freedom that this may have. */
export function moderated(own: Spread, prior: Spread, most: number): Spread {
  const degrees = Math.max(own.degrees, Math.min(own.degrees + prior.degrees, most));
  if (degrees === own.degrees) return own;
  const borrowed = degrees - own.degrees;
  return { variance: (own.degrees * own.variance + borrowed * prior.variance) / degrees, degrees };
}

/** Digamma function of n / 2 (Abramowitz & Stegun, 6.3.2 to 6.3.5). */
function digamma(n: number): number {
  let value = n % 2 === 0 ? -EULER : -EULER - 2 * Math.LN2;
  for (let x = n % 2 === 0 ? 1 : 0.5; x < n / 2; x++) value += 1 / x;
  return value;
}

/** Its derivative at n / 2 (ibid., 6.4.2 to 6.4.6). */
function trigamma(n: number): number {
  let value = (Math.PI * Math.PI) / (n % 2 === 0 ? 6 : 2);
  for (let x = n % 2 === 0 ? 1 : 0.5; x < n / 2; x++) value -= 1 / (x * x);
  return value;
}
