// The programs of a timing study by name: their graphs, and how they are compiled.
#ifndef PLUMBLINE_EXPERIMENTS_RUN_PROGRAM_OPTIONS_H_
#define PLUMBLINE_EXPERIMENTS_RUN_PROGRAM_OPTIONS_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "compiler/compile.h"

namespace plumbline {

inline constexpr char kForwardBackward[] = "forward_backward";  // gradients of inputs too
inline constexpr char kTrainingStep[] = "training_step";        // gradients of parameters; an update follows
inline constexpr char kDecodePrologue[] = "decode_prologue";    // what runs once before a text is written
inline constexpr char kDecodeStep[] = "decode_step";            // one more token; the symbol is the room for tokens

// Of any other name: forward only.
CompileOptions OptionsOf(absl::string_view program);

// The graph in symbols that the program is compiled from. Errors: as TransformGraph and TransformForDecoding.
absl::StatusOr<Graph> GraphOf(absl::string_view program, const Model& model);

// Compiles the program, with `options` instead of OptionsOf(program) where they differ. Errors: as Compile.
absl::StatusOr<CompiledModel> CompileNamed(absl::string_view program, const Model& model, const Bindings& sizes,
                                           const CompileOptions& options);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_RUN_PROGRAM_OPTIONS_H_
