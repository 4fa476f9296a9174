/**
 * How Node is started for a pod, wherever it runs.
 *
 * A frame's buffers are large and short-lived. glibc would map and unmap each one, and every page of it would fault anew:
 * half of the time that a message of 256 KiB takes on a virtual machine. So freed memory is kept.
 */
export const POD_ENVIRONMENT: Readonly<Record<string, string>> = {
  MALLOC_MMAP_THRESHOLD_: String(256 * 1024 * 1024),
  MALLOC_TRIM_THRESHOLD_: String(1024 * 1024 * 1024),
  MALLOC_TOP_PAD_: String(16 * 1024 * 1024),
};

/**
 * One busy thread a pod, as the model has it: garbage is collected on the thread that made it, and counts as its work.
 * A small young generation is collected often, and with it the buffers of frames that are done, before they add up to the
 * 64 MiB at which V8 marks the whole heap; a large old one puts off the marking that a growing heap would ask for. Together
 * they take a third off the time of a message of 256 KiB, and its spikes of 20 ms.
 */
export const NODE_FLAGS: readonly string[] = [
  "--disable-warning=ExperimentalWarning",
  "--single-threaded-gc",
  "--max-semi-space-size=2",
  "--initial-old-space-size=512",
  "--expose-gc",
];
