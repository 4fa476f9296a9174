/** How a frame's bytes cross a link between nodes: as they are, or compressed by zstd (RFC 8878). */
export const COMPRESSIONS = ["none", "zstd"] as const;
/** One of {@link COMPRESSIONS}. */
export type Compression = (typeof COMPRESSIONS)[number];
