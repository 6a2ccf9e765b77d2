#include "dsl/initializer.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "dsl/expression.h"

namespace plumbline {
namespace {

ExpressionOr<std::optional<Number>> LookUp(const std::string& name) {
  if (name == "bound") return std::optional<Number>(0.25);
  return std::optional<Number>();
}

std::string Read(const std::string& text) {
  const ExpressionOr<InitializerSpec> parsed = ParseInitializer(text, LookUp);
  return parsed.ok() ? ToString(*parsed) : parsed.error().message;
}

TEST(InitializerTest, ReadsItsThreeForms) {
  EXPECT_EQ(Read("uniform(0, 1)"), "uniform(0.0, 1.0)");
  EXPECT_EQ(Read(" normal ( 0 , 1/50 ) "), "normal(0.0, 0.02)");
  EXPECT_EQ(Read("constant(-1e-3)"), "constant(-0.001)");
}

TEST(InitializerTest, TakesConstants) {
  EXPECT_EQ(Read("uniform(-bound, 2 * bound)"), "uniform(-0.25, 0.5)");
}

TEST(InitializerTest, CanonicalTextReadsBack) {
  for (const char* text : {"uniform(-0.1, 0.3)", "normal(0.0, 1e-20)", "constant(0.0)"}) {
    EXPECT_EQ(Read(text), text);
  }
}

TEST(InitializerTest, RefusesWhatItCannotMean) {
  EXPECT_EQ(Read(""), "not an initialiser");
  EXPECT_EQ(Read("0"), "not an initialiser");
  EXPECT_EQ(Read("zeros()"), "unknown initialiser 'zeros'");
  EXPECT_EQ(Read("uniform(1)"), "uniform takes 2 numbers, found 1");
  EXPECT_EQ(Read("constant()"), "constant takes 1 number, found 0");
  EXPECT_EQ(Read("uniform(1, 0)"), "the lower end of uniform is above the upper end");
  EXPECT_EQ(Read("normal(0, -1)"), "the standard deviation is negative");
  EXPECT_EQ(Read("constant(B)"), "'B' is a symbol; a constant is wanted here");
  EXPECT_EQ(Read("constant(1e999)"), "the number is too large or too small for a double");
}

TEST(InitializerTest, ErrorsNameTheirByte) {
  const ExpressionOr<InitializerSpec> parsed = ParseInitializer("uniform(0, 1 $)", LookUp);
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.error().offset, 13u);
}

}  // namespace
}  // namespace plumbline
