import { type Open, Overflow } from "./wire.ts";

/** Frames that a pod keeps the record of, at most: 120 bytes each, for each of the last four runs. */
const RECORDED = 2 ** 22;
/** Of frames as small as they may be, so many buffers take some megabytes. */
const WINDOW = 2 ** 14;
/** Of a source's frame: as many float32 samples are more than a message holds. */
const SAMPLES = 2 ** 26;

/** Why a pod does not begin with what it is asked for, whoever asks: what is wrong, or would take all its memory. `null`: it does. */
export function problemOf({ run, next }: Open): string | null {
  const { frames, window, rate, height, width, digests } = run;
  const recorded = run.kept ? Math.min(run.kept, frames) : frames;
  const buffer = run.buffer ?? 0;
  const problems = [
    buffer > WINDOW && `a buffer of ${buffer} frames is more than ${WINDOW}`,
    run.overflow === Overflow.DROP_OLDEST && rate === 0 && "frames that come as they can be sent are never too many",
    recorded > RECORDED && `${recorded} frames are to be recorded, at most ${RECORDED} can be`,
    next > frames && `it has ${frames} frames, and is to begin with ${next}`,
    (window < 1 || window > WINDOW) && `a window of ${window} frames is not one of 1 to ${WINDOW}`,
    !(rate >= 0 && rate < Number.POSITIVE_INFINITY) && `a rate of ${rate}/s can't be kept to`,
    height * width > SAMPLES && `a frame of ${height}x${width} has more than ${SAMPLES} samples`,
    digests > RECORDED && `${digests} digests are asked for, at most ${RECORDED} are kept`,
  ].filter((problem) => problem !== false);
  return problems.length === 0 ? null : `run ${run.id.slice(0, 64)}: ${problems.join("; ")}`;
}
