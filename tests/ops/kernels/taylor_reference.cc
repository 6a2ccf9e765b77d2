#include "tests/ops/kernels/taylor_reference.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "ops/kernels/taylor_attention.h"

namespace plumbline {
namespace {

double Dot(const std::vector<double>& a, int64_t i, const std::vector<double>& b, int64_t j,
           int64_t width) {
  double sum = 0;
  for (int64_t c = 0; c < width; ++c) sum += a[i * width + c] * b[j * width + c];
  return sum;
}

void AddScaled(double factor, const std::vector<double>& from, int64_t row, int64_t width,
               double* to) {
  for (int64_t c = 0; c < width; ++c) to[c] += factor * from[row * width + c];
}

int64_t KeysOf(const TaylorAttentionProblem& problem, int64_t query) {
  return problem.causal ? std::min(query + 1, problem.key_length) : problem.key_length;
}

void ForwardRow(const TaylorAttentionProblem& p, const TaylorInputs& in, int64_t i,
                TaylorOutputs& out) {
  double* z = &out.z[i * p.value_width];
  for (int64_t j = 0; j < KeysOf(p, i); ++j) {
    const double weight =
        TruncatedSeries(static_cast<double>(p.scale) * Dot(in.q, i, in.k, j, p.width), p.terms);
    out.denominator[i] += weight;
    AddScaled(weight, in.v, j, p.value_width, z);
  }
  if (KeysOf(p, i) == 0) return;
  for (int64_t c = 0; c < p.value_width; ++c) z[c] /= out.denominator[i];
}

void BackwardRow(const TaylorAttentionProblem& p, const TaylorInputs& in, int64_t i,
                 TaylorOutputs& out) {
  const double scale = p.scale;
  const double dz_z = Dot(in.dz, i, out.z, i, p.value_width);
  for (int64_t j = 0; j < KeysOf(p, i); ++j) {
    const double s = scale * Dot(in.q, i, in.k, j, p.width);
    const double weight = TruncatedSeries(s, p.terms) / out.denominator[i];
    const double slope = TruncatedSeries(s, p.terms - 1) / out.denominator[i];
    const double ds = (Dot(in.dz, i, in.v, j, p.value_width) - dz_z) * slope * scale;
    AddScaled(ds, in.k, j, p.width, &out.dq[i * p.width]);
    AddScaled(ds, in.q, i, p.width, &out.dk[j * p.width]);
    AddScaled(weight, in.dz, i, p.value_width, &out.dv[j * p.value_width]);
  }
}

double AbsoluteDot(const std::vector<double>& a, int64_t i, const std::vector<double>& b, int64_t j,
                   int64_t width) {
  double sum = 0;
  for (int64_t c = 0; c < width; ++c) sum += std::abs(a[i * width + c] * b[j * width + c]);
  return sum;
}

}  // namespace

TaylorInputs RandomTaylorInputs(const TaylorAttentionProblem& problem, double spread,
                                uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  const auto fill = [&](int64_t rows, int64_t columns, double factor) {
    std::vector<double> values(rows * columns);
    for (double& value : values) value = static_cast<float>(normal(random) * factor);
    return values;
  };
  TaylorInputs inputs;
  inputs.q = fill(problem.query_length, problem.width, spread);
  inputs.k = fill(problem.key_length, problem.width, spread);
  inputs.v = fill(problem.key_length, problem.value_width, 1.0);
  inputs.dz = fill(problem.query_length, problem.value_width, 1.0);
  return inputs;
}

double TruncatedSeries(double s, int64_t terms) {
  double term = 1;
  double sum = 0;
  for (int64_t n = 0; n < terms; ++n) {
    sum += term;
    term *= s / static_cast<double>(n + 1);
  }
  return sum;
}

TaylorOutputs ReferenceTaylorAttention(const TaylorAttentionProblem& problem,
                                       const TaylorInputs& inputs) {
  TaylorOutputs outputs;
  outputs.z.resize(problem.query_length * problem.value_width);
  outputs.denominator.resize(problem.query_length);
  outputs.dq.resize(problem.query_length * problem.width);
  outputs.dk.resize(problem.key_length * problem.width);
  outputs.dv.resize(problem.key_length * problem.value_width);
  for (int64_t i = 0; i < problem.query_length; ++i) {
    ForwardRow(problem, inputs, i, outputs);
    BackwardRow(problem, inputs, i, outputs);
  }
  return outputs;
}

std::vector<double> TaylorConditions(const TaylorAttentionProblem& p, const TaylorInputs& inputs,
                                     const TaylorOutputs& outputs) {
  std::vector<double> conditions(p.query_length);
  for (int64_t i = 0; i < p.query_length; ++i) {
    for (int64_t c = 0; c < p.value_width; ++c) {
      double sum = 0;
      for (int64_t j = 0; j < KeysOf(p, i); ++j) {
        const double s = std::abs(p.scale) * AbsoluteDot(inputs.q, i, inputs.k, j, p.width);
        sum += TruncatedSeries(s, p.terms) * (std::abs(inputs.v[j * p.value_width + c]) +
                                              std::abs(outputs.z[i * p.value_width + c]));
      }
      conditions[i] = std::max(conditions[i], sum / std::abs(outputs.denominator[i]));
    }
  }
  return conditions;
}

}  // namespace plumbline
