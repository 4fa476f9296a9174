/** Lines W1 and W2 in simjs: node simjs.ts MODULE W1|W2 JOBS. Servers are entities between buffers. One statistic, the mean sojourn. */
import { createRequire } from "node:module";

interface Request {
  done(callback: () => void): Request;
}
interface Sim {
  time(): number;
  step(): boolean;
  addEntity(entity: new (sim: Sim, name?: string) => Entity, name: string, ...args: readonly unknown[]): Entity;
}
declare class Entity {
  constructor(sim: Sim, name?: string);
  setTimer(seconds: number): Request;
  putBuffer(buffer: object, amount: number): Request;
  getBuffer(buffer: object, amount: number): Request;
  time(): number;
}
interface SimJs {
  readonly Sim: new () => Sim;
  readonly Entity: typeof Entity;
  readonly Buffer: new (name: string, capacity: number) => object;
  readonly Random: new (
    seed: number,
  ) => { exponential(rate: number): number; normal(mean: number, sd: number): number };
}

const [, , path, workload, count] = process.argv as unknown as [string, string, string, string, string];
const found: { window?: { Sim: Partial<SimJs> } } = globalThis as never;
found.window = { Sim: {} };
createRequire(import.meta.url)(path);
const library = found.window.Sim as SimJs;

const jobs = Number(count);
const w2 = workload === "W2";
const means = w2 ? [1, 5, 3, 1] : [1, 1, 1, 1];
const random = new library.Random(1);
const variance = Math.log(1 + 0.2 * 0.2);
const buffers = means.map((_, j) => new library.Buffer(`buffer ${j}`, w2 ? 2 : 1e9));
/** Of jobs, which stay in order. */
const arrivals: number[] = [];
let sojourns = 0;
let done = 0;

const service = (mean: number) =>
  w2 ? mean * Math.exp(random.normal(-variance / 2, Math.sqrt(variance))) : random.exponential(1 / mean);

class Source extends library.Entity {
  start(): void {
    this.setTimer(random.exponential(0.8)).done(() => {
      arrivals.push(this.time());
      this.putBuffer(buffers[0]!, 1);
      this.start();
    });
  }
}

class Server extends library.Entity {
  start(j: number): void {
    if (w2 && j === 0) {
      arrivals.push(this.time());
      this.serve(j);
    } else this.getBuffer(buffers[j]!, 1).done(() => this.serve(j));
  }

  serve(j: number): void {
    this.setTimer(service(means[j]!)).done(() => {
      if (j + 1 < means.length) {
        this.putBuffer(buffers[j + 1]!, 1).done(() => this.start(j));
        return;
      }
      sojourns += this.time() - arrivals[done]!;
      done++;
      this.start(j);
    });
  }
}

const sim = new library.Sim();
const begin = performance.now();
if (!w2) sim.addEntity(Source as never, "source");
means.forEach((_, j) => {
  sim.addEntity(Server as never, `server ${j}`, j);
});
while (done < jobs) sim.step();
const seconds = (performance.now() - begin) / 1000;
process.stdout.write(`${JSON.stringify({ seconds, sojourn: sojourns / jobs, throughput: jobs / sim.time() })}\n`);
