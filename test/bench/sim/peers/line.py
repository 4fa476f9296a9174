"""Lines W1 and W2 in SimPy: line.py W1|W2 JOBS. One statistic, the mean sojourn."""

import json
import math
import random
import sys
import time

import simpy

workload, jobs = sys.argv[1], int(sys.argv[2])
random.seed(1)
env = simpy.Environment()
means = [1, 5, 3, 1] if workload == "W2" else [1, 1, 1, 1]
variance = math.log(1 + 0.2 * 0.2)
lasting = env.event()
sojourns = 0.0
done = 0


def service(mean):
    if workload == "W2":
        return mean * random.lognormvariate(-variance / 2, math.sqrt(variance))
    return random.expovariate(1 / mean)


def source(store):
    while True:
        yield env.timeout(random.expovariate(0.8))
        yield store.put(env.now)


def server(mean, before, after):
    global sojourns, done
    while True:
        arrival = env.now if before is None else (yield before.get())
        yield env.timeout(service(mean))
        if after is not None:
            yield after.put(arrival)
            continue
        sojourns += env.now - arrival
        done += 1
        if done == jobs:
            lasting.succeed()


capacity = 2 if workload == "W2" else float("inf")
stores = [simpy.Store(env, capacity) for _ in means]
if workload == "W2":
    stores[0] = None
else:
    env.process(source(stores[0]))
for j, mean in enumerate(means):
    env.process(server(mean, stores[j], stores[j + 1] if j + 1 < len(stores) else None))
begin = time.perf_counter()
env.run(until=lasting)
print(
    json.dumps(
        {"seconds": time.perf_counter() - begin, "sojourn": sojourns / jobs, "throughput": jobs / env.now}
    )
)
