/**
 * JetPack, which is what NVIDIA numbers for users, by release of Jetson Linux (L4T), which is what a Jetson says of itself.
 * Source: developer.nvidia.com/embedded/jetson-linux-archive and docs.nvidia.com/jetson/archives; 35.x are the last releases for
 * Xavier, 32.x for Nano and TX2.
 */
const JETPACK: Readonly<Record<string, string>> = {
  "32.1.0": "4.2",
  "32.2.0": "4.2.1",
  "32.2.1": "4.2.2",
  "32.2.3": "4.2.3",
  "32.3.1": "4.3",
  "32.4.3": "4.4",
  "32.4.4": "4.4.1",
  "32.5.0": "4.5",
  "32.5.1": "4.5.1",
  "32.5.2": "4.5.1",
  "32.6.1": "4.6",
  "32.7.1": "4.6.1",
  "32.7.2": "4.6.2",
  "32.7.3": "4.6.3",
  "32.7.4": "4.6.4",
  "32.7.5": "4.6.5",
  "32.7.6": "4.6.6",
  "35.1.0": "5.0.2",
  "35.2.1": "5.1",
  "35.3.1": "5.1.1",
  "35.4.1": "5.1.2",
  "35.5.0": "5.1.3",
  "35.6.0": "5.1.4",
  "35.6.1": "5.1.5",
  "36.3.0": "6.0",
  "36.4.0": "6.1",
  "36.4.3": "6.2",
  "36.4.4": "6.2.1",
  "38.2.0": "7.0",
};

/** L4T's release, such as `35.4.1`, out of `/etc/nv_tegra_release`; `null` if it is written otherwise. */
export function l4tRelease(text: string): string | null {
  const [, major, rest] = /^# R(\d+) \(release\), REVISION: (\d+(?:\.\d+)*)/.exec(text) ?? [];
  if (major === undefined || rest === undefined) return null;
  // "REVISION: 5" of R32 is 32.5.0.
  return `${major}.${rest.includes(".") ? rest : `${rest}.0`}`;
}

/** JetPack's version of a release of L4T; `null` if it is not in the table. */
export function jetpackOf(l4t: string): string | null {
  return JETPACK[l4t] ?? null;
}
