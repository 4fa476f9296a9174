/**
 * A pod of a sweep on a cluster: predicts its shard of the inputs in a file and prints it, on the one core that it asks for.
 * JOB_COMPLETION_INDEX, which an Indexed Job gives its pods, says which shard that is, from 0 on.
 */
import { Predictor, shardOf, unitsOf } from "../../sim/sweep/unit.ts";
import { readInputs } from "./inputs.ts";
import { manifestOf } from "./results.ts";
import { shardText } from "./shard-text.ts";

const [, , path, shards] = process.argv;
const shard = { k: Number(process.env.JOB_COMPLETION_INDEX) + 1, n: Number(shards) };
if (path === undefined || !(shard.k >= 1 && shard.k <= shard.n)) {
  process.stderr.write("usage: JOB_COMPLETION_INDEX=0 shard-main INPUTS.json.gz SHARDS\n");
  process.exitCode = 2;
} else {
  const inputs = readInputs(path);
  const { sweep, profiles } = inputs;
  const predictor = new Predictor(sweep, profiles);
  const results = shardOf(unitsOf(sweep), shard).map((unit) => predictor.predict(unit));
  process.stdout.write(shardText({ digest: manifestOf(inputs).digest, results }, shard));
}
