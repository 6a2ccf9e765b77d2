// The version of everything that can change exact results: kernels, passes, generators of data. Raised by hand
// when they may change; records of another version are other runs.
#ifndef PLUMBLINE_EXPERIMENTS_ENGINE_VERSION_H_
#define PLUMBLINE_EXPERIMENTS_ENGINE_VERSION_H_

namespace plumbline {

inline constexpr char kEngineVersion[] = "2";

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_ENGINE_VERSION_H_
