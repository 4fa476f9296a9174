/** Architectures that images are built for, as container images name them. */
export const ARCHITECTURES = ["amd64", "arm64"] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/** As Node and npm name them. */
export const NODE_ARCH: Readonly<Record<Architecture, "x64" | "arm64">> = { amd64: "x64", arm64: "arm64" };

/** This machine's; `null` if no image is for it. */
export function ownArchitecture(arch: string = process.arch): Architecture | null {
  return ARCHITECTURES.find((one) => NODE_ARCH[one] === arch) ?? null;
}
