// OpenCV's own functions for each case, in the layout that they like best; one thread.
#include "peer.h"
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

using cv::Mat;

static Mat rows, sum, part, high, low, interleaved;
static std::vector<Mat> halves;

static size_t area() { return (size_t)height * width; }
static Mat plane(float *data, int c = 0) { return Mat(height, width, CV_32F, data + c * area()); }
static Mat half(float *data) { return Mat(height / 2, width / 2, CV_32F, data); }
static Mat kernel(int index) { return Mat(3, 3, CV_32F, weights + 9 * index); }

static void filter(const Mat &from, Mat to, int index, float bias) {
  cv::filter2D(from, to, CV_32F, kernel(index), cv::Point(-1, -1), bias, cv::BORDER_CONSTANT);
}
static void pool(const Mat &from, Mat to) {
  // Two rows side by side, then columns as channels.
  const Mat wide = from.reshape(1, height / 2);
  cv::max(wide.colRange(0, width), wide.colRange(width, 2 * width), high);
  cv::split(high.reshape(2), halves);
  cv::max(halves[0], halves[1], to);
}
static void conv1() { filter(plane(in), plane(out), 0, weights[9]); }
static void conv8() {
  for (int f = 0; f < 8; f++) {
    Mat to = plane(out, f);
    filter(plane(in), to, 3 * f, weights[216 + f]);
    for (int c = 1; c < 3; c++) {
      filter(plane(in, c), part, 3 * f + c, 0);
      cv::add(to, part, to);
    }
  }
}
static void depthwise() {
  for (int c = 0; c < 3; c++) filter(plane(in, c), plane(out, c), c, weights[27 + c]);
}
static void relu() {
  Mat to = plane(out);
  cv::max(plane(in), 0.0, to);
}
static void maxpool() { pool(plane(in), half(out)); }
static void fused() {
  filter(plane(in), sum, 0, weights[9]);
  cv::max(sum, 0.0, sum);
  pool(sum, half(out));
}
static void grayscale() {
  Mat to = plane(out);
  cv::cvtColor(interleaved, to, cv::COLOR_RGB2GRAY);
}
static void normalize() {
  for (int c = 0; c < 3; c++) {
    Mat to = plane(out, c);
    plane(in, c).convertTo(to, CV_32F, 4.0, -2.0);
  }
}
static void resize() {
  Mat to = half(out);
  cv::resize(plane(in), to, to.size(), 0, 0, cv::INTER_LINEAR);
}
static void dense() {
  Mat to(10, 1, CV_32F, out);
  cv::gemm(Mat(10, (int)area(), CV_32F, weights), Mat((int)area(), 1, CV_32F, in), 1,
           Mat(10, 1, CV_32F, weights + 10 * area()), 1, to);
}

static run_t find(const char *name, size_t *floats) {
  cv::setNumThreads(1);
  const size_t n = area();
  const std::string wanted = name;
  part = Mat(height, width, CV_32F);
  sum = Mat(height, width, CV_32F);
  if (wanted == "grayscale") cv::merge(std::vector<Mat>{plane(in, 0), plane(in, 1), plane(in, 2)}, interleaved);
  const struct { const char *name; run_t run; size_t floats; } all[] = {
      {"conv1", conv1, n},         {"conv8", conv8, 8 * n},
      {"depthwise", depthwise, 3 * n}, {"relu", relu, n},
      {"maxpool", maxpool, n / 4}, {"fused", fused, n / 4},
      {"grayscale", grayscale, n}, {"normalize", normalize, 3 * n},
      {"resize", resize, n / 4},   {"dense", dense, 10},
  };
  for (const auto &each : all)
    if (wanted == each.name) return *floats = each.floats, each.run;
  return nullptr;
}
