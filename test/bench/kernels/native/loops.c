/* Plain loops that a compiler makes vectors of: what this processor can do. 3x3 with zeros beyond the border; the weights are
   followed by the biases. */
#include "peer.h"
#include <math.h>

static float *scratch, *middle;

static inline float seen(const float *plane, int y, int x) {
  return y < 0 || y >= height || x < 0 || x >= width ? 0.0f : plane[(size_t)y * width + x];
}

/* Rows of zeros above and below come from here. */
static inline const float *row_of(const float *plane, int y) {
  return y < 0 || y >= height ? scratch : plane + (size_t)y * width;
}

static inline void border(const float *planes, int channels, const float *w, float bias, int y, int x, float *to) {
  float sum = bias;
  for (int c = 0; c < channels; c++)
    for (int j = 0; j < 3; j++)
      for (int i = 0; i < 3; i++)
        sum += w[(c * 3 + j) * 3 + i] * seen(planes + (size_t)c * height * width, y + j - 1, x + i - 1);
  *to = sum;
}

static inline __attribute__((always_inline)) void filter(const float *planes, int channels, const float *w, float bias, float *to) {
  for (int y = 0; y < height; y++) {
    float *restrict row = to + (size_t)y * width;
    const float *r[9];
    for (int c = 0; c < channels; c++)
      for (int j = 0; j < 3; j++) r[c * 3 + j] = row_of(planes + (size_t)c * height * width, y + j - 1);
    for (int x = 1; x < width - 1; x++) {
      float sum = bias;
#pragma GCC unroll 9
      for (int k = 0; k < channels * 3; k++)
        sum += w[3 * k] * r[k][x - 1] + w[3 * k + 1] * r[k][x] + w[3 * k + 2] * r[k][x + 1];
      row[x] = sum;
    }
    border(planes, channels, w, bias, y, 0, row);
    border(planes, channels, w, bias, y, width - 1, row + width - 1);
  }
}

static void filters(const float *planes, int channels, int count, int depthwise, float *to) {
  const size_t plane = (size_t)height * width;
  for (int f = 0; f < count; f++) {
    const float *w = weights + f * channels * 9;
    const float bias = weights[count * channels * 9 + f];
    const float *from = planes + (depthwise ? f * plane : 0);
    if (channels == 1) filter(from, 1, w, bias, to + f * plane);
    else filter(from, 3, w, bias, to + f * plane);
  }
}

static void rectify(const float *restrict from, float *restrict to, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] = from[i] > 0 ? from[i] : 0;
}

static void pool(const float *from, float *to) {
  for (int y = 0; y < height / 2; y++) {
    const float *a = from + (size_t)2 * y * width, *b = a + width;
    float *restrict row = to + (size_t)y * (width / 2);
    for (int x = 0; x < width / 2; x++) {
      const float p = a[2 * x] > a[2 * x + 1] ? a[2 * x] : a[2 * x + 1];
      const float q = b[2 * x] > b[2 * x + 1] ? b[2 * x] : b[2 * x + 1];
      row[x] = p > q ? p : q;
    }
  }
}

static size_t area(void) { return (size_t)height * width; }
static void conv1(void) { filters(in, 1, 1, 0, out); }
static void conv8(void) { filters(in, 3, 8, 0, out); }
static void depthwise(void) { filters(in, 1, 3, 1, out); }
static void relu(void) { rectify(in, out, area()); }
static void maxpool(void) { pool(in, out); }
static void fused(void) {
  filters(in, 1, 1, 0, middle);
  rectify(middle, middle + area(), area());
  pool(middle + area(), out);
}
static void grayscale(void) {
  const float *r = in, *g = in + area(), *b = g + area();
  float *restrict to = out;
  for (size_t i = 0; i < area(); i++) to[i] = 0.299f * r[i] + 0.587f * g[i] + 0.114f * b[i];
}
static void normalize(void) {
  for (int c = 0; c < 3; c++) {
    const float *from = in + c * area();
    float *restrict to = out + c * area();
    for (size_t i = 0; i < area(); i++) to[i] = (from[i] - 0.5f) * 4.0f;
  }
}
static void resize(void) {
  for (int y = 0; y < height / 2; y++) {
    const float *a = in + (size_t)2 * y * width, *b = a + width;
    float *restrict row = out + (size_t)y * (width / 2);
    for (int x = 0; x < width / 2; x++) row[x] = (a[2 * x] + a[2 * x + 1] + b[2 * x] + b[2 * x + 1]) * 0.25f;
  }
}
static void dense(void) {
  for (int n = 0; n < 10; n++) {
    const float *w = weights + n * area();
    float lanes[64] = {0}, sum = weights[10 * area() + n];
    for (size_t i = 0; i + 64 <= area(); i += 64)
      for (int k = 0; k < 64; k++) lanes[k] += w[i + k] * in[i + k];
    for (int k = 0; k < 64; k++) sum += lanes[k];
    for (size_t i = area() / 64 * 64; i < area(); i++) sum += w[i] * in[i];
    out[n] = sum;
  }
}

static run_t find(const char *name, size_t *floats) {
  const size_t n = area();
  free(scratch);
  free(middle);
  scratch = (float *)calloc(width + 64, 4);
  middle = (float *)malloc(n * 8);
  const struct { const char *name; run_t run; size_t floats; } all[] = {
      {"conv1", conv1, n},         {"conv8", conv8, 8 * n},
      {"depthwise", depthwise, 3 * n}, {"relu", relu, n},
      {"maxpool", maxpool, n / 4}, {"fused", fused, n / 4},
      {"grayscale", grayscale, n}, {"normalize", normalize, 3 * n},
      {"resize", resize, n / 4},   {"dense", dense, 10},
  };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (!strcmp(all[i].name, name)) return *floats = all[i].floats, all[i].run;
  return NULL;
}
