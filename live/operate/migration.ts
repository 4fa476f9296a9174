/** What a move of a pipeline took. */
export interface Migration {
  readonly from: string;
  readonly to: string;
  /** Names of the pods that stayed, that came and that went. */
  readonly kept: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Seconds until the new pods served, and until they were warm. */
  readonly deploy: number;
  readonly warm: number;
  /** The first frame that came from the new line. */
  readonly at: number;
  /** The largest gap between two deliveries around the switch, less the median gap before, seconds. */
  readonly pause: number;
  readonly usual: number;
  /** Frames that were computed twice, and delivered once. */
  readonly repeated: number;
}
