// Lines W1 and W2 in SimGrid's S4U: simgrid W1|W2 JOBS. Servers are actors, queues are guarded by semaphores.
#include <simgrid/s4u.hpp>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <deque>
#include <random>

namespace sg4 = simgrid::s4u;

static std::mt19937_64 engine(1);
static bool w2;
static long jobs, done = 0;
static double sojourns = 0, ended = 0;

struct Queue {
  std::deque<double> arrivals;
  sg4::SemaphorePtr filled = sg4::Semaphore::create(0);
  sg4::SemaphorePtr places = sg4::Semaphore::create(2);
  void put(double arrival) {
    if (w2) places->acquire();
    arrivals.push_back(arrival);
    filled->release();
  }
  double get() {
    filled->acquire();
    double arrival = arrivals.front();
    arrivals.pop_front();
    if (w2) places->release();
    return arrival;
  }
};
static Queue queues[4];

static double service(double mean) {
  static const double variance = std::log(1 + 0.2 * 0.2);
  static std::normal_distribution<double> normal;
  static std::exponential_distribution<double> exponential;
  return w2 ? mean * std::exp(std::sqrt(variance) * normal(engine) - variance / 2) : mean * exponential(engine);
}

static void source() {
  std::exponential_distribution<double> gap(0.8);
  while (done < jobs) {
    sg4::this_actor::sleep_for(gap(engine));
    queues[0].put(sg4::Engine::get_clock());
  }
}

static void server(int j, double mean) {
  while (done < jobs) {
    double arrival = w2 && j == 0 ? sg4::Engine::get_clock() : queues[j].get();
    sg4::this_actor::sleep_for(service(mean));
    if (j < 3) {
      queues[j + 1].put(arrival);
      continue;
    }
    ended = sg4::Engine::get_clock();
    sojourns += ended - arrival;
    if (++done == jobs) sg4::Actor::kill_all();
  }
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  w2 = std::strcmp(argv[1], "W2") == 0;
  jobs = std::atol(argv[2]);
  int count = 1;
  sg4::Engine e(&count, argv);
  auto *zone = sg4::create_full_zone("zone");
  auto *host = zone->create_host("host", 1e9);
  zone->seal();
  const double means[2][4] = {{1, 1, 1, 1}, {1, 5, 3, 1}};
  if (!w2) sg4::Actor::create("source", host, source);
  for (int j = 0; j < 4; j++) sg4::Actor::create("server", host, server, j, means[w2][j]);
  auto begin = std::chrono::steady_clock::now();
  e.run();
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("{\"seconds\": %.6f, \"sojourn\": %.6f, \"throughput\": %.6f}\n", seconds, sojourns / jobs, jobs / ended);
  return 0;
}
