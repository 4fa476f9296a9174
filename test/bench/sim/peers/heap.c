/* Lines W1 and W2 as a plain loop over a binary heap of events: heap W1|W2 JOBS. One statistic, the mean sojourn. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STATIONS 4
#define RING (1 << 20)

static uint64_t state[4] = {1, 2, 3, 4};
static uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
static double uniform(void) { /* xoshiro256+ */
  uint64_t sum = state[0] + state[3], shifted = state[1] << 17;
  state[2] ^= state[0];
  state[3] ^= state[1];
  state[1] ^= state[2];
  state[0] ^= state[3];
  state[2] ^= shifted;
  state[3] = rotl(state[3], 45);
  return (sum >> 11) * 0x1p-53;
}
static double exponential(double mean) { return -mean * log1p(-uniform()); }
static double normal(void) { /* polar */
  static double spare;
  static int has;
  if (has) return has = 0, spare;
  double x, y, s;
  do {
    x = 2 * uniform() - 1;
    y = 2 * uniform() - 1;
    s = x * x + y * y;
  } while (s >= 1 || s == 0);
  double f = sqrt(-2 * log(s) / s);
  has = 1;
  spare = y * f;
  return x * f;
}

typedef struct { double time; int source; } Event;
static Event heap[16];
static int size;
static void push(double time, int source) {
  int at = size++;
  while (at > 0 && heap[(at - 1) / 2].time > time) {
    heap[at] = heap[(at - 1) / 2];
    at = (at - 1) / 2;
  }
  heap[at] = (Event){time, source};
}
static Event pop(void) {
  Event first = heap[0], last = heap[--size];
  int at = 0;
  for (;;) {
    int child = 2 * at + 1;
    if (child >= size) break;
    if (child + 1 < size && heap[child + 1].time < heap[child].time) child++;
    if (heap[child].time >= last.time) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = last;
  return first;
}

static int w2;
static double *ring[STATIONS];
static unsigned head[STATIONS], tail[STATIONS];
static int busy[STATIONS], blocked[STATIONS];
static double job[STATIONS], variance, now;
static const double means[2][STATIONS] = {{1, 1, 1, 1}, {1, 5, 3, 1}};

static double service(int j) {
  return w2 ? means[1][j] * exp(sqrt(variance) * normal() - variance / 2) : exponential(means[0][j]);
}
static void start(int j, double arrival) {
  busy[j] = 1;
  job[j] = arrival;
  push(now + service(j), j);
}
static int full(int j) { return w2 && j > 0 && busy[j] && tail[j] - head[j] >= 2; }
static void enter(int j, double arrival) {
  if (!busy[j]) start(j, arrival);
  else {
    if (tail[j] - head[j] >= RING) exit(3);
    ring[j][tail[j]++ % RING] = arrival;
  }
}
static void leave(int j) {
  busy[j] = 0;
  if (w2 && j == 0) start(0, now);
  else if (head[j] != tail[j]) start(j, ring[j][head[j]++ % RING]);
  if (j > 0 && blocked[j - 1] && !full(j)) {
    blocked[j - 1] = 0;
    enter(j, job[j - 1]);
    leave(j - 1);
  }
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  w2 = strcmp(argv[1], "W2") == 0;
  long jobs = atol(argv[2]), done = 0;
  variance = log(1 + 0.2 * 0.2);
  for (int j = 0; j < STATIONS; j++) ring[j] = malloc(RING * sizeof(double));
  struct timespec a, b;
  clock_gettime(CLOCK_MONOTONIC, &a);
  double sojourns = 0;
  if (w2) start(0, 0);
  else push(exponential(1.25), STATIONS);
  while (done < jobs) {
    Event event = pop();
    now = event.time;
    int j = event.source;
    if (j == STATIONS) {
      push(now + exponential(1.25), STATIONS);
      enter(0, now);
    } else if (j == STATIONS - 1) {
      sojourns += now - job[j];
      done++;
      leave(j);
    } else if (full(j + 1)) blocked[j] = 1;
    else {
      enter(j + 1, job[j]);
      leave(j);
    }
  }
  clock_gettime(CLOCK_MONOTONIC, &b);
  printf("{\"seconds\": %.6f, \"sojourn\": %.6f, \"throughput\": %.6f}\n",
         (b.tv_sec - a.tv_sec) + (b.tv_nsec - a.tv_nsec) / 1e9, sojourns / jobs, jobs / now);
  return 0;
}
