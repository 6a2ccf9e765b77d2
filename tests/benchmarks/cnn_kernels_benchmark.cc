// Times the convolutions of a small image classifier (28 x 28 x 1, 3 x 3 convolutions to 8 and 16
// channels, with relu and either max pooling by 2 or stride 2) and of a speech encoder's first
// layers (one axis, 80 and 200 channels to 200), forward and backward, beside oneDNN's own
// primitives for the same work in channels-last memory, weight reorders included.
// Prints microseconds of the thread's own time, the better of the rounds of an interleaved run, and
// our rate as a share of oneDNN's bare matmul. Operations are those of the dense convolutions.
//
// usage: cnn_kernels_benchmark [rounds, default 7]

#include <time.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/onednn/onednn.h"
#include "ops/kernels/convolution.h"
#include "ops/kernels/isa.h"
#include "tests/benchmarks/against_matmul.h"

namespace plumbline {
namespace {

struct LayerCase {
  std::string name;
  int64_t batch, in_channels, rows, columns, out_channels, padding, stride;
  bool pool;  // by 2
  bool input_gradient;

  // A single row has a kernel of a single row.
  int64_t KernelRows() const { return rows == 1 ? 1 : 3; }
  int64_t RowPadding() const { return rows == 1 ? 0 : padding; }
  int64_t RowStride() const { return rows == 1 ? 1 : stride; }
  int64_t OutRows() const { return (rows + 2 * RowPadding() - KernelRows()) / RowStride() + 1; }
  int64_t OutColumns() const { return (columns + 2 * padding - 3) / stride + 1; }
  int64_t ResultRows() const { return pool ? OutRows() / 2 : OutRows(); }
  int64_t ResultColumns() const { return pool ? OutColumns() / 2 : OutColumns(); }
  int64_t InFloats() const { return batch * in_channels * rows * columns; }
  int64_t OutFloats() const { return batch * out_channels * OutRows() * OutColumns(); }
  int64_t ResultFloats() const { return batch * out_channels * ResultRows() * ResultColumns(); }
  int64_t WeightFloats() const { return out_channels * in_channels * KernelRows() * 3; }
  // Of all that a training step does.
  double Operations() const {
    return 2.0 * static_cast<double>(OutFloats()) * static_cast<double>(WeightFloats()) /
           static_cast<double>(out_channels) * (input_gradient ? 3 : 2);
  }
};

std::vector<float> Random(int64_t count) {
  static std::mt19937 random(1);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) value = static_cast<float>(random() / 4294967296.0 - 0.5);
  return values;
}

// A layer's work: forward is convolution, relu and pool; backward gives all gradients.
class Layer {
 public:
  virtual ~Layer() = default;
  virtual void Forward() = 0;
  virtual void Backward() = 0;
};

class OurLayer : public Layer {
 public:
  explicit OurLayer(const LayerCase& c)
      : case_(c),
        problem_{c.batch,
                 1,
                 c.in_channels,
                 c.out_channels,
                 {c.rows, c.columns},
                 {c.OutRows(), c.OutColumns()},
                 {c.KernelRows(), 3},
                 {c.RowStride(), c.stride},
                 {c.RowPadding(), c.padding},
                 {1, 1}},
        pool_{{{2, 2}, {2, 2}, {0, 0}}, {c.ResultRows(), c.ResultColumns()}},
        x_(Random(c.InFloats())),
        weight_(Random(c.WeightFloats())),
        bias_(Random(c.out_channels)),
        y_(Random(c.ResultFloats())),
        dy_(Random(c.ResultFloats())),
        dx_(Random(c.InFloats())),
        dweight_(Random(c.WeightFloats())),
        dbias_(Random(c.out_channels)),
        winner_(static_cast<size_t>(c.ResultFloats())) {
    const int64_t bytes = ConvolutionScratchBytes(problem_, c.pool ? &pool_ : nullptr, isa_);
    scratch_.reset(std::aligned_alloc(64, static_cast<size_t>((bytes + 63) / 64 * 64)));
  }

  void Forward() override {
    const MutableImages y = {y_.data(), Result()};
    if (case_.pool) {
      ConvolutionPooledForward(problem_, pool_, true, {x_.data(), Input()}, weight_.data(),
                               bias_.data(), y, winner_.data(), scratch_.get(), isa_);
      return;
    }
    ConvolutionForward(problem_, true, {x_.data(), Input()}, weight_.data(), bias_.data(), y,
                       scratch_.get(), isa_);
  }

  void Backward() override {
    const ConstImages x = {x_.data(), Input()}, dy = {dy_.data(), Result()};
    const MutableImages dx = {dx_.data(), Input()};
    if (case_.pool) {
      const PooledGradient gradient = {pool_, dy, winner_.data()};
      ConvolutionPooledWeightGradient(problem_, x, gradient, dweight_.data(), dbias_.data(),
                                      scratch_.get(), isa_);
      if (case_.input_gradient) {
        ConvolutionPooledInputGradient(problem_, gradient, weight_.data(), dx, scratch_.get(),
                                       isa_);
      }
      return;
    }
    const ConvolutionGradient gradient = {dy, {y_.data(), Result()}};
    ConvolutionWeightGradient(problem_, x, gradient, dweight_.data(), dbias_.data(),
                              scratch_.get(), isa_);
    if (case_.input_gradient) {
      ConvolutionInputGradient(problem_, gradient, weight_.data(), dx, scratch_.get(), isa_);
    }
  }

 private:
  static ImageStrides ChannelsLast(int64_t channels, int64_t rows, int64_t columns) {
    return {rows * columns * channels, 1, columns * channels, channels};
  }
  ImageStrides Input() const {
    return ChannelsLast(case_.in_channels, case_.rows, case_.columns);
  }
  ImageStrides Result() const {
    return ChannelsLast(case_.out_channels, case_.ResultRows(), case_.ResultColumns());
  }

  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  LayerCase case_;
  Isa isa_ = EffectiveIsa();
  ConvolutionProblem problem_;
  ConvolutionPool pool_;
  std::vector<float> x_, weight_, bias_, y_, dy_, dx_, dweight_, dbias_;
  std::vector<uint8_t> winner_;
  std::unique_ptr<void, Free> scratch_;
};

// oneDNN's primitives: convolution with relu as post-op, pooling, and their gradients.
class OnednnLayer : public Layer {
 public:
  explicit OnednnLayer(const LayerCase& c) : case_(c), stream_(engine_) {
    attr_.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    MakeForward();
    MakeBackward();
  }

  void Forward() override { Run(forward_); }
  void Backward() override { Run(backward_); }

 private:
  using Desc = onednn::Desc;
  using Arguments = std::unordered_map<int, dnnl::memory>;
  using Steps = std::vector<std::pair<dnnl::primitive, Arguments>>;

  void Run(const Steps& steps) {
    for (const auto& [primitive, arguments] : steps) primitive.execute(stream_, arguments);
    stream_.wait();
  }
  Desc Images(int64_t channels, int64_t rows, int64_t columns) const {
    return Desc({case_.batch, channels, rows, columns}, dnnl::memory::data_type::f32,
                dnnl::memory::format_tag::nhwc);
  }
  Desc Weights(dnnl::memory::format_tag tag) const {
    return Desc({case_.out_channels, case_.in_channels, case_.KernelRows(), 3}, dnnl::memory::data_type::f32, tag);
  }
  template <typename Pd>
  void Add(Steps& steps, const Pd& pd, Arguments arguments) {
    arguments.emplace(DNNL_ARG_SCRATCHPAD, dnnl::memory(pd.scratchpad_desc(), engine_));
    steps.emplace_back(dnnl::primitive(pd.get()), std::move(arguments));
  }
  // `from` in the layout `wanted`, by a reorder where it has another.
  dnnl::memory Reordered(Steps& steps, const dnnl::memory& from, const Desc& wanted) {
    if (from.get_desc() == wanted) return from;
    const dnnl::memory to(wanted, engine_);
    Add(steps, dnnl::reorder::primitive_desc(engine_, from.get_desc(), engine_, wanted, attr_),
        {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
    return to;
  }

  void MakeForward() {
    using Tag = dnnl::memory::format_tag;
    const int64_t out = case_.out_channels;
    const Desc bias({out}, dnnl::memory::data_type::f32, Tag::a);
    x_ = dnnl::memory(Images(case_.in_channels, case_.rows, case_.columns), engine_);
    y_ = dnnl::memory(Images(out, case_.OutRows(), case_.OutColumns()), engine_);
    weight_ = dnnl::memory(Weights(Tag::abcd), engine_);
    bias_ = dnnl::memory(bias, engine_);
    for (dnnl::memory* memory : {&x_, &weight_, &bias_}) Fill(*memory);
    dnnl::primitive_attr attr;  // a copy of attr_ would share its post-ops
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    dnnl::post_ops relu;
    onednn::AppendEltwise(relu, dnnl::algorithm::eltwise_relu, 0, 0);
    attr.set_post_ops(relu);
    const auto make = [&](const dnnl::primitive_attr& with) {
      return onednn::ForwardPd<dnnl::convolution_forward>(
          engine_, with, dnnl::prop_kind::forward_training,
          dnnl::algorithm::convolution_direct, x_.get_desc(), Weights(Tag::any), bias,
          y_.get_desc(), Strides(), Padding(), Padding());
    };
    const auto pd = make(attr);
    convolution_ = make(attr_);
    Add(forward_, pd,
        {{DNNL_ARG_SRC, x_},
         {DNNL_ARG_WEIGHTS, Reordered(forward_, weight_, pd.weights_desc())},
         {DNNL_ARG_BIAS, bias_},
         {DNNL_ARG_DST, y_}});
    names_ = pd.impl_info_str();
    if (!case_.pool) return;
    pooled_ = dnnl::memory(Images(out, case_.ResultRows(), case_.ResultColumns()), engine_);
    pool_ = onednn::ForwardPd<onednn::PoolingForward>(
        engine_, attr_, dnnl::prop_kind::forward_training, dnnl::algorithm::pooling_max,
        y_.get_desc(), pooled_.get_desc(), onednn::Dims{2, 2}, onednn::Dims{2, 2},
        onednn::Dims{0, 0}, onednn::Dims{0, 0}, onednn::Dims{0, 0});
    workspace_ = dnnl::memory(pool_.workspace_desc(), engine_);
    Add(forward_, pool_,
        {{DNNL_ARG_SRC, y_}, {DNNL_ARG_DST, pooled_}, {DNNL_ARG_WORKSPACE, workspace_}});
  }

  void MakeBackward() {
    using Tag = dnnl::memory::format_tag;
    const Desc images = y_.get_desc();
    const dnnl::memory cut(images, engine_);
    dnnl::memory dy(Images(case_.out_channels, case_.ResultRows(), case_.ResultColumns()),
                    engine_);
    Fill(dy);
    if (case_.pool) {
      const auto pd = onednn::BackwardPd<onednn::PoolingBackward>(
          engine_, attr_, pool_, dnnl::algorithm::pooling_max, images, dy.get_desc(),
          onednn::Dims{2, 2}, onednn::Dims{2, 2}, onednn::Dims{0, 0}, onednn::Dims{0, 0},
          onednn::Dims{0, 0});
      const dnnl::memory full(images, engine_);
      Add(backward_, pd,
          {{DNNL_ARG_DIFF_DST, dy}, {DNNL_ARG_WORKSPACE, workspace_}, {DNNL_ARG_DIFF_SRC, full}});
      dy = full;
    }
    const dnnl::algorithm relu = dnnl::algorithm::eltwise_relu_use_dst_for_bwd;
    const auto relu_forward = onednn::EltwiseForwardPd(engine_, attr_, relu, images, 0, 0);
    Add(backward_, onednn::EltwiseBackwardPd(engine_, attr_, relu_forward, relu, images, 0, 0),
        {{DNNL_ARG_DIFF_DST, dy}, {DNNL_ARG_DST, y_}, {DNNL_ARG_DIFF_SRC, cut}});
    const Desc bias = bias_.get_desc();
    const auto weights = onednn::BackwardPd<dnnl::convolution_backward_weights>(
        engine_, attr_, convolution_, dnnl::algorithm::convolution_direct, x_.get_desc(),
        Weights(Tag::any), bias, images, Strides(), Padding(), Padding());
    const dnnl::memory dweight(weights.diff_weights_desc(), engine_);
    Add(backward_, weights,
        {{DNNL_ARG_SRC, x_},
         {DNNL_ARG_DIFF_DST, cut},
         {DNNL_ARG_DIFF_WEIGHTS, dweight},
         {DNNL_ARG_DIFF_BIAS, dnnl::memory(bias, engine_)}});
    Reordered(backward_, dweight, Weights(Tag::abcd));
    names_ += std::string(", ") + weights.impl_info_str();
    if (!case_.input_gradient) return;
    const auto input = onednn::BackwardPd<dnnl::convolution_backward_data>(
        engine_, attr_, convolution_, dnnl::algorithm::convolution_direct, x_.get_desc(),
        Weights(Tag::any), images, Strides(), Padding(), Padding());
    Add(backward_, input,
        {{DNNL_ARG_DIFF_DST, cut},
         {DNNL_ARG_WEIGHTS, Reordered(backward_, weight_, input.weights_desc())},
         {DNNL_ARG_DIFF_SRC, dnnl::memory(x_.get_desc(), engine_)}});
    names_ += std::string(", ") + input.impl_info_str();
  }

  onednn::Dims Strides() const { return {case_.RowStride(), case_.stride}; }
  onednn::Dims Padding() const { return {case_.RowPadding(), case_.padding}; }
  static void Fill(const dnnl::memory& memory) {
    const std::vector<float> values =
        Random(static_cast<int64_t>(memory.get_desc().get_size() / sizeof(float)));
    std::copy(values.begin(), values.end(), static_cast<float*>(memory.get_data_handle()));
  }

  LayerCase case_;
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_;
  dnnl::primitive_attr attr_;
  dnnl::memory x_, y_, weight_, bias_, pooled_, workspace_;
  dnnl::convolution_forward::primitive_desc convolution_;
  onednn::PoolingForward::primitive_desc pool_;
  Steps forward_, backward_;

 public:
  std::string names_;  // of the convolutions' implementations
};

double ThreadMicroseconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e6 * static_cast<double>(now.tv_sec) + 1e-3 * static_cast<double>(now.tv_nsec);
}

// Microseconds of one call, over enough calls for the clock but too few to be interrupted often.
double Microseconds(const std::function<void()>& work) {
  constexpr double kEnough = 200;
  const double start = ThreadMicroseconds();
  double elapsed = 0;
  int calls = 0;
  while (elapsed < kEnough) {
    work();
    ++calls;
    elapsed = ThreadMicroseconds() - start;
  }
  return elapsed / calls;
}

// Prints the line of a layer and returns our part of it.
double PrintLayer(const LayerCase& c, int rounds) {
  OurLayer ours(c);
  OnednnLayer theirs(c);
  double best[4] = {1e30, 1e30, 1e30, 1e30};
  const std::function<void()> works[4] = {[&] { ours.Forward(); }, [&] { ours.Backward(); },
                                          [&] { theirs.Forward(); }, [&] { theirs.Backward(); }};
  constexpr int kSamples = 10;  // a round
  for (int round = 0; round < kSamples * rounds; ++round) {
    for (int i = 0; i < 4; ++i) best[i] = std::min(best[i], Microseconds(works[i]));
  }
  std::printf("%-16s batch %3d: forward %8.1f us (oneDNN %8.1f), backward %8.1f us (oneDNN %8.1f)  %s\n",
              c.name.c_str(), static_cast<int>(c.batch), best[0], best[2], best[1], best[3],
              theirs.names_.c_str());
  return best[0] + best[1];
}

// Prints the layers one by one, and the rate of all of them.
void PrintLayers(const std::string& name, const std::vector<LayerCase>& layers, int rounds,
                 AgainstMatmul& against) {
  double microseconds = 0, operations = 0;
  std::vector<std::unique_ptr<OurLayer>> all;
  for (const LayerCase& layer : layers) {
    microseconds += PrintLayer(layer, rounds);
    operations += layer.Operations();
    all.push_back(std::make_unique<OurLayer>(layer));
  }
  std::printf("%s, batch %d: %.1f us\n", name.c_str(), static_cast<int>(layers[0].batch),
              microseconds);
  against.Print(name, [&] {
    for (const std::unique_ptr<OurLayer>& layer : all) {
      layer->Forward();
      layer->Backward();
    }
    return operations;
  });
}

void Run(int rounds) {
  AgainstMatmul against(rounds);
  for (const bool pool : {true, false}) {
    const std::string kind = pool ? "pooled" : "strided";
    const int64_t stride = pool ? 1 : 2;
    for (const int64_t batch : {8, 64, 256}) {
      PrintLayers("both " + kind,
                  {{"conv1 " + kind, batch, 1, 28, 28, 8, 1, stride, pool, false},
                   {"conv2 " + kind, batch, 8, 14, 14, 16, 0, stride, pool, true}},
                  rounds, against);
    }
  }
  PrintLayers("speech",
              {{"speech1", 1, 80, 1, 2754, 200, 1, 2, false, false},
               {"speech2", 1, 200, 1, 1377, 200, 1, 2, false, true}},
              rounds, against);
}

}  // namespace
}  // namespace plumbline

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 7;
  plumbline::Run(std::max(rounds, 1));
  return 0;
}
