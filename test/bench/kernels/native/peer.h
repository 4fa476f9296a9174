/* A peer of the bench, driven line by line: `load CASE HEIGHT WIDTH FOLDER` computes FOLDER/input into FOLDER/output (raw
   float32, planar) and answers "ok" or "none"; `time N` computes it N times and answers with nanoseconds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef void (*run_t)(void);

/* Buffers of the case that is loaded. */
static float *in, *out, *weights;
static int height, width;

/* Gets a case ready; NULL if there is none of that name. Sets how many floats the output has. */
static run_t find(const char *name, size_t *floats);

static float *slurp(const char *folder, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "rb");
  if (!file) exit(1);
  fseek(file, 0, SEEK_END);
  long bytes = ftell(file);
  rewind(file);
  float *data = (float *)aligned_alloc(64, (size_t)(bytes + 4160) / 64 * 64);
  if (fread(data, 1, (size_t)bytes, file) != (size_t)bytes) exit(1);
  fclose(file);
  return data;
}

int main(void) {
  char line[8192], name[64], folder[4096];
  long n;
  run_t run = NULL;
  while (fgets(line, sizeof line, stdin)) {
    if (sscanf(line, "time %ld", &n) == 1 && run) {
      struct timespec from, to;
      clock_gettime(CLOCK_MONOTONIC, &from);
      while (n-- > 0) run();
      clock_gettime(CLOCK_MONOTONIC, &to);
      printf("%lld\n", (to.tv_sec - from.tv_sec) * 1000000000LL + (to.tv_nsec - from.tv_nsec));
    } else if (sscanf(line, "load %63s %d %d %4095[^\n]", name, &height, &width, folder) == 4) {
      size_t floats = 0;
      free(in);
      free(out);
      free(weights);
      in = slurp(folder, "input");
      weights = slurp(folder, "weights");
      out = (float *)aligned_alloc(64, ((size_t)height * width * 8 * 4 + 4160) / 64 * 64);
      run = find(name, &floats);
      if (run) {
        run();
        char path[4200];
        snprintf(path, sizeof path, "%s/output", folder);
        FILE *file = fopen(path, "wb");
        if (!file || fwrite(out, 4, floats, file) != floats) exit(1);
        fclose(file);
      }
      puts(run ? "ok" : "none");
    }
    fflush(stdout);
  }
  return 0;
}
