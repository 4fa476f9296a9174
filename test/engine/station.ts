import { Fifo } from "../../sim/engine/queue.ts";
import type { RandomStream } from "../../sim/engine/random.ts";
import { Processor, Scheduler } from "./scheduler.ts";

/** First-come-first-served servers on the engine's scheduler and queue, fed by given times: sojourn of each job, seconds. */
export function serve(arrivals: ArrayLike<number>, services: ArrayLike<number>, servers = 1): Float64Array {
  const scheduler = new Scheduler();
  const queue = new Fifo<number>();
  const sojourns = new Float64Array(arrivals.length);
  let idle = servers;
  const start = () => {
    if (idle === 0 || queue.length === 0) return;
    const job = queue.shift()!;
    idle--;
    scheduler.after(services[job]!, () => {
      sojourns[job] = scheduler.now - arrivals[job]!;
      idle++;
      start();
    });
  };
  const arrive = (job: number) => {
    if (job === arrivals.length) return;
    scheduler.at(arrivals[job]!, () => {
      queue.push(job);
      start();
      arrive(job + 1);
    });
  };
  arrive(0);
  scheduler.run();
  return sojourns;
}

/** The same jobs on a shared processor. */
export function share(arrivals: ArrayLike<number>, works: ArrayLike<number>, cores: number): Float64Array {
  const scheduler = new Scheduler();
  const processor = new Processor(scheduler, cores);
  const sojourns = new Float64Array(arrivals.length);
  const arrive = (job: number) => {
    if (job === arrivals.length) return;
    scheduler.at(arrivals[job]!, () => {
      processor.submit(works[job]!, () => {
        sojourns[job] = scheduler.now - arrivals[job]!;
      });
      arrive(job + 1);
    });
  };
  arrive(0);
  scheduler.run();
  return sojourns;
}

/** Times of a Poisson process. */
export function poisson(stream: RandomStream, rate: number, n: number): Float64Array {
  let now = 0;
  return Float64Array.from({ length: n }, () => {
    now += stream.exponential(1 / rate);
    return now;
  });
}
