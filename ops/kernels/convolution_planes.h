// What the convolution kernels share: the padded plane of an input image, in which an output pixel
// is a place and the kernel's taps are runs of floats from there on. For kernel sources only (see
// vector.h).

#ifndef PLUMBLINE_OPS_KERNELS_CONVOLUTION_PLANES_H_
#define PLUMBLINE_OPS_KERNELS_CONVOLUTION_PLANES_H_

#include <stdint.h>

#include "ops/kernels/carver.h"
#include "ops/kernels/convolution.h"
#include "ops/kernels/planes.h"
#include "ops/kernels/vector.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {

// Vectors of output channels that are worked on together, and the pixels (or taps) beside them: what
// the registers hold, and no more pointers than there are address registers.
constexpr int kBlockVecs = 2;
constexpr int BlockRows(int vecs) { return vecs == 1 || kRegisters == 32 ? 8 : 6; }

// Taps of one kernel row are one run where columns are dense, of in_channels floats each.
struct Runs {
  int64_t count, length;
};
PLUMBLINE_INLINE Runs RunsOf(const ConvolutionProblem& p) {
  if (p.dilation[1] == 1) return Runs{p.kernel[0], p.kernel[1] * p.in_channels};
  return Runs{p.kernel[0] * p.kernel[1], p.in_channels};
}

struct ConvolutionPlane {
  int64_t rows, columns;  // with padding
  int64_t floats;         // with the slack for vectors
  float* data;
  float* interior;        // where pixel (0, 0) of the image is
  int64_t* run_offset;    // [runs]
  int64_t* pixel_offset;  // [output pixels]: where tap (0, 0) is
};

PLUMBLINE_INLINE int64_t* CarveIntegers(Carver* carver, int64_t count) {
  return reinterpret_cast<int64_t*>(Carve(carver, 2 * count));
}

static inline ConvolutionPlane CarvePlane(const ConvolutionProblem& p, Carver* carver) {
  ConvolutionPlane plane;
  plane.rows = p.in_size[0] + 2 * p.padding[0];
  plane.columns = p.in_size[1] + 2 * p.padding[1];
  plane.floats = plane.rows * plane.columns * p.in_channels + kSlack;
  plane.data = Carve(carver, plane.floats);
  plane.interior = nullptr;
  if (plane.data != nullptr) {
    plane.interior =
        plane.data + (p.padding[0] * plane.columns + p.padding[1]) * p.in_channels;
  }
  plane.run_offset = CarveIntegers(carver, RunsOf(p).count);
  plane.pixel_offset = CarveIntegers(carver, p.out_size[0] * p.out_size[1]);
  return plane;
}

// Zeros everywhere, and the tables.
static inline void PreparePlane(const ConvolutionProblem& p, const ConvolutionPlane& plane) {
  FillFloats(plane.data, plane.floats, 0.0f);
  const int64_t row = plane.columns * p.in_channels;
  int64_t* offset = plane.run_offset;
  for (int64_t i = 0; i < p.kernel[0]; ++i) {
    if (p.dilation[1] == 1) {
      *offset++ = i * p.dilation[0] * row;
      continue;
    }
    for (int64_t j = 0; j < p.kernel[1]; ++j) {
      *offset++ = i * p.dilation[0] * row + j * p.dilation[1] * p.in_channels;
    }
  }
  offset = plane.pixel_offset;
  for (int64_t i = 0; i < p.out_size[0]; ++i) {
    for (int64_t j = 0; j < p.out_size[1]; ++j) {
      *offset++ = i * p.stride[0] * row + j * p.stride[1] * p.in_channels;
    }
  }
}

PLUMBLINE_INLINE PlaneSize InputPlane(const ConvolutionProblem& p) {
  return PlaneSize{p.in_size[0], p.in_size[1], p.in_channels};
}
PLUMBLINE_INLINE void MoveIntoPlane(const ConvolutionProblem& p, ConstImages x, int64_t item,
                                    const ConvolutionPlane& plane) {
  MoveImage(InputPlane(p), x.data + item * x.strides.batch, x.strides, plane.interior,
            PlaneStrides(plane.columns, p.in_channels));
}
PLUMBLINE_INLINE void MoveOutOfPlane(const ConvolutionProblem& p, const ConvolutionPlane& plane,
                                     MutableImages x, int64_t item) {
  MoveImage(InputPlane(p), plane.interior, PlaneStrides(plane.columns, p.in_channels),
            x.data + item * x.strides.batch, x.strides);
}

// The floats of a run, rounded up to vectors.
PLUMBLINE_INLINE int64_t RunFloats(const ConvolutionProblem& p) {
  return RoundUpToLanes(RunsOf(p).length);
}
// Floats of a row of weights by runs: [runs][run's floats, padded with zeros].
PLUMBLINE_INLINE int64_t RunRow(const ConvolutionProblem& p) {
  return RunsOf(p).count * RunFloats(p);
}

// Where weight (channel, row, column) of an output channel lies in a row of weights by runs.
PLUMBLINE_INLINE int64_t RunPosition(const ConvolutionProblem& p, int64_t channel, int64_t row,
                                     int64_t column) {
  if (p.dilation[1] == 1) return row * RunFloats(p) + column * p.in_channels + channel;
  return (row * p.kernel[1] + column) * RunFloats(p) + channel;
}

// Floats between neighbouring columns of the kernel.
PLUMBLINE_INLINE int64_t ColumnStep(const ConvolutionProblem& p) {
  return p.dilation[1] == 1 ? p.in_channels : RunFloats(p);
}

// weight [out, in, rows, columns] -> [out][RunRow].
static inline void PackByRuns(const ConvolutionProblem& p, const float* weight, float* packed) {
  const int64_t step = ColumnStep(p);
  FillFloats(packed, p.out_channels * RunRow(p), 0.0f);
  for (int64_t out = 0; out < p.out_channels; ++out, packed += RunRow(p)) {
    for (int64_t channel = 0; channel < p.in_channels; ++channel) {
      for (int64_t i = 0; i < p.kernel[0]; ++i) {
        float* to = packed + RunPosition(p, channel, i, 0);
        for (int64_t j = 0; j < p.kernel[1]; ++j, to += step) *to = *weight++;
      }
    }
  }
}

// The way back.
static inline void UnpackByRuns(const ConvolutionProblem& p, const float* packed, float* weight) {
  const int64_t step = ColumnStep(p);
  for (int64_t out = 0; out < p.out_channels; ++out, packed += RunRow(p)) {
    for (int64_t channel = 0; channel < p.in_channels; ++channel) {
      for (int64_t i = 0; i < p.kernel[0]; ++i) {
        const float* from = packed + RunPosition(p, channel, i, 0);
        for (int64_t j = 0; j < p.kernel[1]; ++j, from += step) *weight++ = *from;
      }
    }
  }
}

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_CONVOLUTION_PLANES_H_
