// A text that is no model ends the test.
#include "tests/tools/export/text_model.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>

#include "dsl/diagnostic.h"
#include "ops/all_ops.h"

namespace plumbline {
namespace {

Model Build(const std::string& name, const std::string& text) {
  Diagnostics diagnostics;
  std::optional<Model> model = BuildModel(std::make_shared<const Source>(name, text), AllOps(), {}, diagnostics);
  if (!model) {
    std::cerr << diagnostics.Render();
    std::abort();
  }
  return *std::move(model);
}

}  // namespace

Model ModelOf(const std::string& body) { return Build("model.textproto", "language: 1\nname: \"m\"\n" + body); }

Model ModelOfFile(const std::string& path) {
  std::ifstream file(std::string(std::getenv("TEST_SRCDIR")) + "/" + std::getenv("TEST_WORKSPACE") + "/" + path);
  std::stringstream text;
  text << file.rdbuf();
  return Build(path, text.str());
}

}  // namespace plumbline
