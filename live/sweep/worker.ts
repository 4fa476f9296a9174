/** A thread that predicts: started by `Workers`, one a core. */
import { workerData } from "piscina";
import { searchFlip } from "../../sim/sweep/flip-search.ts";
import { Predictor } from "../../sim/sweep/unit.ts";
import type { Answers, Kind, Task, WorkerInputs } from "./tasks.ts";

const { sweep, profiles } = workerData as WorkerInputs;
const predictor = new Predictor(sweep, profiles);

export default function work({ kind, of }: Task): Answers[Kind] {
  switch (kind) {
    case "units":
      return of.map((unit) => predictor.predict(unit));
    case "flip":
      return searchFlip(of, predictor);
    case "capacity":
      return predictor.capacity(of.unit, of.bound);
  }
}
