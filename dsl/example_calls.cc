#include "dsl/example_calls.h"

#include <cstddef>
#include <string>
#include <vector>

#include <google/protobuf/repeated_field.h>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "dsl/diagnostic.h"
#include "dsl/model.pb.h"
#include "dsl/source.h"
#include "dsl/text_proto.h"

namespace plumbline {
namespace {

constexpr size_t kLongestChain = 64;

using Nodes = google::protobuf::RepeatedPtrField<proto::Node>;

std::string Component(const proto::Node& node) {
  if (!node.has_name()) return "";
  return absl::StrCat(node.name(), node.call().has_repeat() ? "0" : "");
}

}  // namespace

ExampleCalls::ExampleCalls(const proto::Model& model, const LocationTable& locations)
    : calls_(static_cast<size_t>(model.function_size())) {
  absl::flat_hash_map<std::string, int> functions;
  for (int i = 0; i < model.function_size(); ++i) {
    functions.emplace(model.function(i).name(), i);
    calls_[static_cast<size_t>(i)].function = model.function(i).name();
  }
  std::vector<int> queue;
  const auto visit = [&](const Nodes& nodes, int caller) {
    for (const proto::Node& node : nodes) {
      if (!node.has_call()) continue;
      const auto function = functions.find(node.call().function());
      if (function == functions.end()) continue;
      Call& call = calls_[static_cast<size_t>(function->second)];
      if (call.found) continue;
      call.found = true;
      call.caller = caller;
      call.component = Component(node);
      call.location = locations.Name(node, proto::Node::kCallFieldNumber, 0);
      queue.push_back(function->second);
    }
  };
  visit(model.node(), -1);
  for (size_t next = 0; next < queue.size(); ++next) {
    const int function = queue[next];
    visit(model.function(function).node(), function);
  }
}

CallChain ExampleCalls::Chain(int index) const {
  CallChain chain;
  while (index >= 0 && chain.size() < kLongestChain) {
    const Call& call = calls_[static_cast<size_t>(index)];
    chain.push_back({call.function, call.component, call.location});
    if (!call.found) break;
    index = call.caller;
  }
  std::string path;
  for (auto frame = chain.rbegin(); frame != chain.rend(); ++frame) {
    if (frame->path.empty()) continue;
    path = path.empty() ? frame->path : absl::StrCat(path, ".", frame->path);
    frame->path = path;
  }
  return chain;
}

}  // namespace plumbline
