#include "dsl/text_proto.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "dsl/diagnostic.h"
#include "dsl/model.pb.h"
#include "dsl/source.h"
#include "tests/dsl/everything.pb.h"

namespace plumbline {
namespace {

using google::protobuf::util::MessageDifferencer;
using test::Everything;
using testing::HasSubstr;
using testing::StartsWith;

class Silence : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int, int, const std::string&) override {}
};

bool LibraryParses(const std::string& text, Everything* message) {
  Silence silence;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&silence);
  return parser.ParseFromString(text, message);
}

struct Read {
  ParseOutcome outcome;
  Everything message;
  std::string diagnostics;
};

Read ReadText(const std::string& text) {
  Read read;
  const Source source("t", text);
  LocationTable locations;
  Diagnostics diagnostics;
  read.outcome = ParseTextProto(source, &read.message, &locations, diagnostics);
  read.diagnostics = diagnostics.Render();
  return read;
}

// First lines only.
std::string ErrorsOf(const std::string& text) {
  const Source source("t", text);
  Everything message;
  LocationTable locations;
  Diagnostics diagnostics;
  ParseTextProto(source, &message, &locations, diagnostics);
  std::string errors;
  for (const Diagnostic& diagnostic : diagnostics.Sorted()) {
    absl::StrAppend(&errors, diagnostic.location.line, ":", diagnostic.location.column, " ",
                    diagnostic.message, "\n");
  }
  return errors;
}

const char* const kAccepted[] = {
    "",
    "# only a comment",
    "text: 'single' small: -5 large: -9223372036854775808 natural: 4294967295",
    "huge: 18446744073709551615, single: 1.5; real: -2e-3 flag: true colour: GREEN",
    "real: 1 single: 2 real",  // refused by both, see below
    "texts: 'a' texts: ['b', 'c'] texts: [] integers: [1, -2, 0x1F] colours: [RED, GREEN]",
    "inner { text: 'x' } children { } children: < small: 1 > children: [{ small: 2 }, < >]",
    "left: 'l'",
    "right { left: 'r' }",
    "text: 'two' \"parts\"\n # with a comment\n '!'",
    "text: '\\n\\t\\\"\\'\\\\ \\x41\\101 \\u00e9\\U0001F600 é'",
    "real: 1.5f single: 3F real: .5",  // twice: refused by both
    "real: .5",
    "real: 5.",
    "real: 1e10",
    "small: -  5",
    "large: 0xFFFF flag: false",
};

TEST(TextProtoTest, ReadsWhatItAcceptsAsTheLibraryDoes) {
  int accepted = 0;
  for (const char* text : kAccepted) {
    Everything library;
    const bool library_accepts = LibraryParses(text, &library);
    const Read read = ReadText(text);
    EXPECT_EQ(read.outcome == ParseOutcome::kClean, library_accepts)
        << text << "\n" << read.diagnostics;
    if (!library_accepts) continue;
    ++accepted;
    EXPECT_TRUE(MessageDifferencer::Equals(library, read.message))
        << text << "\n" << read.message.DebugString();
  }
  EXPECT_EQ(accepted, 15);
}

// Cuts, drops and doubles bytes of a valid text: whatever is then accepted, the library reads in the same way.
TEST(TextProtoTest, AcceptsNothingThatTheLibraryReadsDifferently) {
  const std::string text =
      "text: 'a\\x41' small: -5 texts: ['b', \"c\"] inner { real: 1.5e3 children < flag: true > }\n"
      "# note\ncolour: RED left: 'l' 'm';";
  ASSERT_EQ(ReadText(text).outcome, ParseOutcome::kClean);
  const auto check = [](const std::string& changed) {
    const Read read = ReadText(changed);
    if (read.outcome != ParseOutcome::kClean) return;
    Everything library;
    ASSERT_TRUE(LibraryParses(changed, &library)) << changed;
    EXPECT_TRUE(MessageDifferencer::Equals(library, read.message)) << changed;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    check(text.substr(0, i));
    check(text.substr(i));
    check(text.substr(0, i) + text.substr(i + 1));
    check(text.substr(0, i) + text[i] + text.substr(i));
    for (const char c : {'{', '}', '[', ']', '"', '\'', ':', ';', '<', '>', '-', '\\', '#', '0'}) {
      std::string changed = text;
      changed[i] = c;
      check(changed);
    }
  }
}

TEST(TextProtoTest, ReportsEveryMistakeOfFieldsAtOnce) {
  EXPECT_EQ(ErrorsOf("txt: 'a'\nsmall: 'b'\ninner { colur: RED children { flag: 3 } }\nreal: x"),
            "1:1 Everything has no field 'txt'\n"
            "2:8 small wants an integer, found a string\n"
            "3:9 inner has no field 'colur'\n"
            "3:37 flag wants true or false, found '3'\n"
            "4:7 real wants a number, found 'x'\n");
}

TEST(TextProtoTest, SkipsUnknownFieldsOfAnyForm) {
  EXPECT_EQ(ErrorsOf("a { b: [1, { c: 'x' }] d < > } e: [[1], {}] f: -5 g: 'x' 'y'; h {} i: nan"),
            "1:1 Everything has no field 'a'\n1:32 Everything has no field 'e'\n"
            "1:45 Everything has no field 'f'\n1:51 Everything has no field 'g'\n"
            "1:63 Everything has no field 'h'\n1:68 Everything has no field 'i'\n");
}

TEST(TextProtoTest, ChecksRanges) {
  EXPECT_EQ(ReadText("small: 2147483647").message.small(), 2147483647);
  EXPECT_EQ(ReadText("small: -2147483648").message.small(), -2147483647 - 1);
  for (const char* text :
       {"small: 2147483648", "small: -2147483649", "large: 9223372036854775808",
        "natural: 4294967296", "huge: 18446744073709551616"}) {
    EXPECT_THAT(ErrorsOf(text), HasSubstr("does not fit into")) << text;
  }
  for (const char* text : {"natural: -1", "small: 1.5", "flag: 1", "large: RED"}) {
    EXPECT_THAT(ErrorsOf(text), HasSubstr(" wants ")) << text;
  }
  EXPECT_EQ(ErrorsOf("small: 010"), "1:8 '010' begins with 0\n");
  EXPECT_EQ(ErrorsOf("real: 01.5"), "1:7 '01.5' begins with 0\n");
}

TEST(TextProtoTest, RefusesWhatIsNotFinite) {
  for (const char* text : {"real: inf", "real: -inf", "real: nan", "real: infinity", "real: 1e999",
                           "single: 1e39", "single: 3.5e38"}) {
    EXPECT_THAT(ErrorsOf(text), HasSubstr("must be finite")) << text;
  }
  const Read read = ReadText("real: 1e-400 single: 1e-60");
  EXPECT_EQ(read.outcome, ParseOutcome::kClean);
  EXPECT_EQ(read.message.real(), 0);
  EXPECT_THAT(read.diagnostics, HasSubstr("warning: '1e-400' is so small that it becomes 0"));
  EXPECT_THAT(read.diagnostics, HasSubstr("warning: '1e-60' is so small that it becomes 0"));
}

TEST(TextProtoTest, RefusesAFieldOrChoiceGivenTwice) {
  EXPECT_EQ(ErrorsOf("small: 1\nsmall: 2"), "2:1 'small' is given twice\n");
  EXPECT_EQ(ErrorsOf("inner {}\ninner {}"), "2:1 'inner' is given twice\n");
  EXPECT_EQ(ErrorsOf("left: 'a'\nright {}"),
            "2:1 'right' beside 'left': only one of them may stand here\n");
  EXPECT_EQ(ErrorsOf("small: x\nsmall: 2"), "1:8 small wants an integer, found 'x'\n");
}

TEST(TextProtoTest, StopsAtMalformedStructure) {
  EXPECT_EQ(ErrorsOf("inner {\n text: 'a'"), "1:1 'inner' is never closed\n");
  EXPECT_EQ(ErrorsOf("texts: ['a'"), "1:12 expected ',' or ']', found the end of the file\n");
  EXPECT_EQ(ErrorsOf("texts: ["), "1:8 '[' is never closed\n");
  EXPECT_EQ(ErrorsOf("text: "), "1:7 expected a value, found the end of the file\n");
  EXPECT_EQ(ErrorsOf("}"), "1:1 expected a field name, found '}'\n");
  EXPECT_EQ(ErrorsOf("[a.b] {}"), "1:1 extensions are not part of the language\n");
  EXPECT_EQ(ErrorsOf("1: 2"), "1:1 expected a field name, found '1'\n");
  EXPECT_EQ(ErrorsOf("text: 'abc\n'"), "1:7 the string is not closed on its line\n");
  EXPECT_EQ(ErrorsOf("unknown { ] }"),
            "1:1 Everything has no field 'unknown'\n1:11 expected '}', found ']'\n");
}

TEST(TextProtoTest, GoesOnAfterAMissingColonAndForeignComments) {
  EXPECT_EQ(ErrorsOf("text 'a' // b\n/* c\n d */ small 5"),
            "1:6 expected ':' after 'text'\n1:10 a comment does not begin with '/'\n"
            "2:1 a comment does not begin with '/'\n3:13 expected ':' after 'small'\n");
}

TEST(TextProtoTest, NamesTheMessageThatAStrayFieldBelongsTo) {
  EXPECT_THAT(ReadText("inner {\n right { left: 'x'\n}\n choice: 1").diagnostics,
              HasSubstr("'inner' is never closed"));
  const Source source("t", "language: 1\nnode { name: 'a'\noutput { name: 'y' }");
  proto::Model model;
  LocationTable locations;
  Diagnostics diagnostics;
  EXPECT_EQ(ParseTextProto(source, &model, &locations, diagnostics), ParseOutcome::kUnreadable);
  EXPECT_THAT(diagnostics.Render(),
              HasSubstr("'output' belongs to Model; is 'node' of line 2 closed?"));
}

TEST(TextProtoTest, KeepsThePlaceOfEveryFieldAndValue) {
  const Source source("t", "texts: 'a'\ntexts: ['b', 'c']\ninner { real: 2 }\ncolor: RED");
  Everything message;
  LocationTable locations;
  Diagnostics diagnostics;
  EXPECT_EQ(ParseTextProto(source, &message, &locations, diagnostics), ParseOutcome::kDamaged);
  const int texts = Everything::kTextsFieldNumber;
  EXPECT_EQ(locations.Name(message, texts, 0), (SourceLocation{1, 1}));
  EXPECT_EQ(locations.Value(message, texts, 0), (SourceLocation{1, 8}));
  EXPECT_EQ(locations.Value(message, texts, 2), (SourceLocation{2, 14}));
  EXPECT_FALSE(locations.Value(message, texts, 3).known());
  EXPECT_EQ(locations.Name(message, Everything::kInnerFieldNumber, 0), (SourceLocation{3, 1}));
  EXPECT_EQ(locations.Value(message.inner(), Everything::kRealFieldNumber, 0),
            (SourceLocation{3, 15}));
  EXPECT_TRUE(locations.IsDamaged(message));
  EXPECT_FALSE(locations.IsDamaged(message.inner()));
}

TEST(TextProtoTest, RefusesControlCharactersAndBadEncodings) {
  EXPECT_EQ(ErrorsOf(std::string("text: 'a\0b'", 11)), "1:9 a control character in the file\n");
  EXPECT_EQ(ErrorsOf("text: 'a\x1b'"), "1:9 a control character in the file\n");
  EXPECT_EQ(ErrorsOf("text: '\xff'"), "1:8 the file is not valid UTF-8 here\n");
  EXPECT_EQ(ErrorsOf("text: '\xed\xa0\x80'"), "1:8 the file is not valid UTF-8 here\n");
  EXPECT_EQ(ErrorsOf("text: '\\000'"), "1:7 the string contains a control character\n");
  EXPECT_EQ(ErrorsOf("text: '\\377'"), "1:7 the string is not valid UTF-8\n");
  EXPECT_EQ(ErrorsOf("text: '\\q'"), "1:8 there is no such escape in a string\n");
  EXPECT_EQ(ErrorsOf("text: '\\ud800'"), "1:8 there is no such escape in a string\n");
  EXPECT_EQ(ErrorsOf("text: '\\400'"), "1:8 there is no such escape in a string\n");
}

TEST(TextProtoTest, DepthIsBounded) {
  const auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "inner {";
    return text + std::string(static_cast<size_t>(depth), '}');
  };
  EXPECT_EQ(ErrorsOf(nested(64)), "");
  EXPECT_THAT(ErrorsOf(nested(65)), HasSubstr("nested too deep"));
  EXPECT_THAT(ErrorsOf(nested(100000)), HasSubstr("nested too deep"));
  std::string lists = "unknown: ";
  for (int i = 0; i < 100000; ++i) lists += '[';
  EXPECT_THAT(ErrorsOf(lists), HasSubstr("nested too deep"));
}

TEST(TextProtoTest, TheHeaderSaysWhatAFileIs) {
  EXPECT_EQ(ErrorsOf("# proto-message: plumbline.test.Everything\nsmall: 1"), "");
  EXPECT_EQ(ErrorsOf("# proto-message: Model\nnodes {}"),
            "1:3 this file holds the message 'Model', not 'Everything'\n");
  EXPECT_EQ(ErrorsOf("small: 1\n# proto-message: Model\n"), "") << "only before the first field";
}

TEST(SchemaTest, ReservesNoNames) {
  // The library would skip a field of a reserved name silently.
  const auto* file = proto::Model::descriptor()->file();
  for (const auto* schema : {file, file->dependency(0)}) {
    for (int i = 0; i < schema->message_type_count(); ++i) {
      EXPECT_EQ(schema->message_type(i)->reserved_name_count(), 0)
          << schema->message_type(i)->name();
    }
    for (int i = 0; i < schema->enum_type_count(); ++i) {
      EXPECT_EQ(schema->enum_type(i)->reserved_name_count(), 0) << schema->enum_type(i)->name();
      EXPECT_EQ(schema->enum_type(i)->value(0)->number(), 0);
    }
  }
}

}  // namespace
}  // namespace plumbline
