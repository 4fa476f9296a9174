import { readdirSync, readFileSync } from "node:fs";

const TASKS = "/proc/self/task";
/** As Node names the threads that V8 compiles on; it collects garbage there, too, where it may. */
const NAME = "V8Worker";

/**
 * CPU time, seconds, that the threads have used that compile what this process runs: they take cores from whoever else is on the
 * machine, and are on nobody's account. `NaN` where the system does not tell (it is no Linux).
 */
export function compilerCpu(): number {
  try {
    return readdirSync(TASKS)
      .filter((task) => readFileSync(`${TASKS}/${task}/comm`, "latin1").trim() === NAME)
      .reduce((sum, task) => sum + Number.parseInt(readFileSync(`${TASKS}/${task}/schedstat`, "latin1"), 10) * 1e-9, 0);
  } catch {
    return Number.NaN;
  }
}
