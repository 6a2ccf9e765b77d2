// One walk over all products of the definition serves the result and both gradients.
#include "ops/convolution.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "ops/window.h"

namespace plumbline {
namespace {

// Calls visit(x, weight, y) with the positions of the factors and of the sum of every product.
template <typename Visit>
void ForEachProduct(const ConvolutionProblem& p, Visit visit) {
  const int64_t in_group = p.in_channels / p.groups, out_group = p.out_channels / p.groups;
  const std::vector<int64_t> outputs = {p.batch, p.out_channels, p.out_size[0], p.out_size[1]};
  int64_t y = 0;
  ForEachIndex(outputs, [&](const std::vector<int64_t>& out) {
    const int64_t first_channel = out[1] / out_group * in_group;
    int64_t weight = out[1] * in_group * p.kernel[0] * p.kernel[1];
    for (int64_t channel = 0; channel < in_group; ++channel) {
      const int64_t image = out[0] * p.in_channels + first_channel + channel;
      for (int64_t i = 0; i < p.kernel[0]; ++i) {
        for (int64_t j = 0; j < p.kernel[1]; ++j, ++weight) {
          const int64_t row = out[2] * p.stride[0] + i * p.dilation[0] - p.padding[0];
          const int64_t column = out[3] * p.stride[1] + j * p.dilation[1] - p.padding[1];
          if (row < 0 || row >= p.in_size[0] || column < 0 || column >= p.in_size[1]) continue;
          visit((image * p.in_size[0] + row) * p.in_size[1] + column, weight, y);
        }
      }
    }
    ++y;
  });
}

}  // namespace

std::vector<AttributeSpec> ConvolutionWindowAttributes(int axes) {
  const std::string each = axes == 1 ? "" : ", one number or one for each axis";
  return {
      {"kernel", AttributeKind::kIntegerList, "", true, absl::StrCat("size of the window", each)},
      {"stride", AttributeKind::kIntegerList, "1", false, absl::StrCat("step of the window", each)},
      {"padding", AttributeKind::kIntegerList, "0", false,
       absl::StrCat("zeros on both sides", each)},
      {"dilation", AttributeKind::kIntegerList, "1", false,
       absl::StrCat("distance between taps, 1 is dense", each)},
      {"groups", AttributeKind::kInteger, "1", false, "independent groups of channels"}};
}

ConvolutionProblem ConvolutionProblemOf(const Attributes& attributes,
                                        const std::vector<int64_t>& x,
                                        const std::vector<int64_t>& y) {
  const int axes = static_cast<int>(x.size()) - 2;
  const Window window = ReadWindow(attributes, "convolution", axes).value();
  ConvolutionProblem p = {x[0],   attributes.integer("groups"), x[1], y[1], {1, 1}, {1, 1}, {1, 1},
                          {1, 1}, {0, 0},                       {1, 1}};
  for (int axis = 0; axis < axes; ++axis) {
    const int to = 2 - axes + axis;
    p.in_size[to] = x[2 + axis];
    p.out_size[to] = y[2 + axis];
    p.kernel[to] = window.kernel[axis];
    p.stride[to] = window.stride[axis];
    p.padding[to] = window.padding[axis];
    p.dilation[to] = window.dilation[axis];
  }
  return p;
}

Polynomial ImageScratchBytes(const Attributes& attributes, const Shape& x, const Shape& y) {
  const int axes = static_cast<int>(x.size()) - 2;
  const Window window = ReadWindow(attributes, "convolution", axes).value();
  const int64_t groups = attributes.integer("groups");
  Polynomial image(x[1].AsInteger().value_or(0) / groups);
  Polynomial result(y[1].AsInteger().value_or(0) / groups);
  for (int axis = 0; axis < axes; ++axis) {
    image *= x[2 + axis] + Size(2 * window.padding[axis]);
    result *= y[2 + axis];
  }
  return Polynomial(4) * (image + result);
}

ImageStrides ImageStridesOf(const Layout& layout) {
  const std::vector<int64_t>& strides = layout.strides;
  return {strides[0], strides[1], strides.size() > 3 ? strides[2] : 0, strides.back()};
}

Layout ChannelsLast(const std::vector<int64_t>& shape) {
  Layout layout = RowMajor(shape);
  int64_t stride = shape[1];
  for (size_t axis = shape.size() - 1; axis > 1; --axis) {
    layout.strides[axis] = stride;
    stride *= shape[axis];
  }
  layout.strides[1] = 1;
  return layout;
}

void AddConvolution(const ConvolutionProblem& problem, const Array& x, const Array& weight,
                    Array& y) {
  ForEachProduct(problem, [&](int64_t from, int64_t tap, int64_t to) {
    y.data[to] += x.data[from] * weight.data[tap];
  });
}

void AddInputGradient(const ConvolutionProblem& problem, const Array& dy, const Array& weight,
                      Array& dx) {
  ForEachProduct(problem, [&](int64_t from, int64_t tap, int64_t to) {
    dx.data[from] += dy.data[to] * weight.data[tap];
  });
}

void AddWeightGradient(const ConvolutionProblem& problem, const Array& x, const Array& dy,
                       Array& dweight) {
  ForEachProduct(problem, [&](int64_t from, int64_t tap, int64_t to) {
    dweight.data[tap] += x.data[from] * dy.data[to];
  });
}

void AddBias(const Array& bias, Array& y) {
  const int64_t channels = y.dim(1), places = y.size() / (y.dim(0) * channels);
  for (int64_t i = 0; i < y.size(); ++i) y.data[i] += bias.data[i / places % channels];
}

void AddBiasGradient(const Array& dy, Array& dbias) {
  const int64_t channels = dy.dim(1), places = dy.size() / (dy.dim(0) * channels);
  for (int64_t i = 0; i < dy.size(); ++i) dbias.data[i / places % channels] += dy.data[i];
}

}  // namespace plumbline
