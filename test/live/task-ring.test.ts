import { expect, test } from "vitest";
import { type EndedTask, TaskRing } from "../../live/stage/task-ring.ts";

const never = () => {
  throw new Error("there is a task, and it is waited for");
};
const blank = (): EndedTask => ({ start: 0, end: 0, computeCpu: 0, digest: null, error: null });

/** Two threads' ends of one ring, here both in one. */
function ends(): { pod: TaskRing; worker: TaskRing } {
  const pod = new TaskRing();
  return { pod, worker: new TaskRing(pod.shared) };
}

function taken(ring: TaskRing) {
  return { ...ring.take(never) };
}

test("tasks are taken in order, and collected in order whatever order they end in", () => {
  const { pod, worker } = ends();
  for (let i = 0; i < 3; i++) pod.publish(2 ** 40 + i, 64 * i, 4096 + i, i === 1 ? 12.5 : Number.NaN);
  const tasks = [taken(worker), taken(worker), taken(worker)];
  expect(tasks.map(({ sequence }) => sequence - 2 ** 40)).toEqual([0, 1, 2]);
  expect(tasks.map(({ input }) => input)).toEqual([0, 64, 128]);
  expect(tasks.map(({ output }) => output)).toEqual([4096, 4097, 4098]);
  expect(tasks.map(({ due }) => due)).toEqual([Number.NaN, 12.5, Number.NaN]);

  expect(pod.hasEnded).toBe(false);
  worker.done(tasks[2]!, 5, 6, 0.75, null);
  expect(pod.hasEnded).toBe(false);
  worker.failed(tasks[1]!, "no café");
  worker.done(tasks[0]!, 1, 2, 0.5, Uint8Array.of(1, 2, 3));
  const collected = [0, 1, 2].map(() => {
    expect(pod.hasEnded).toBe(true);
    const ended = blank();
    pod.collect(ended);
    return ended;
  });
  expect(collected[0]).toEqual({ start: 1, end: 2, computeCpu: 0.5, digest: Buffer.from([1, 2, 3]), error: null });
  expect(collected[1]).toMatchObject({ digest: null, error: "no café" });
  expect(collected[2]).toEqual({ start: 5, end: 6, computeCpu: 0.75, digest: null, error: null });
  expect(pod.hasEnded).toBe(false);
  expect(pod.pending).toBe(0);
});

test("it goes round, and is full before a task could take another's place", () => {
  const { pod, worker } = ends();
  let published = 0;
  let collected = 0;
  for (let round = 0; round < 5; round++) {
    while (!pod.full) pod.publish(published++, 0, 0, Number.NaN);
    expect(pod.pending).toBe(published - collected);
    const many = round % 2 === 0 ? pod.pending : 100;
    for (let i = 0; i < many; i++) {
      const task = worker.take(never);
      worker.done(task, task.sequence, task.sequence + 1, 0, null);
    }
    while (pod.hasEnded) {
      const ended = blank();
      pod.collect(ended);
      expect(ended.start).toBe(collected++);
    }
  }
  expect(collected).toBeGreaterThan(2 * 256);
});

test("a digest is that task's only, and a long reason is cut", () => {
  const { pod, worker } = ends();
  const end = (how: (ring: TaskRing) => void) => {
    pod.publish(0, 0, 0, Number.NaN);
    how(worker);
    const ended = blank();
    pod.collect(ended);
    return ended;
  };
  // The same slot, time and again.
  for (let i = 0; i < 256; i++) end((ring) => ring.done(ring.take(never), 0, 0, 0, Uint8Array.of(7)));
  expect(end((ring) => ring.done(ring.take(never), 0, 0, 0, null)).digest).toBeNull();
  const { error } = end((ring) => ring.failed(ring.take(never), "x".repeat(5000)));
  expect(error).toMatch(/^x{100,512}$/);
});

test("a new round makes what was published before unwanted", () => {
  const { pod, worker } = ends();
  pod.startRound(1);
  pod.publish(0, 0, 0, Number.NaN);
  const old = taken(worker);
  expect(worker.isWanted(old)).toBe(true);
  pod.startRound(2);
  pod.publish(0, 0, 0, Number.NaN);
  const fresh = taken(worker);
  expect([old, fresh].map((task) => worker.roundOf(task))).toEqual([1, 2]);
  expect([old, fresh].map((task) => worker.isWanted(task))).toEqual([false, true]);
});

test("the pod is to be told once, until it listens again", () => {
  const { pod, worker } = ends();
  const end = () => {
    pod.publish(0, 0, 0, Number.NaN);
    return worker.done(worker.take(never), 0, 0, 0, null);
  };
  expect([end(), end(), end()]).toEqual([true, false, false]);
  pod.listen();
  expect([end(), end()]).toEqual([true, false]);
});
