#include "compiler/engine_info.h"

#include "compiler/onednn/onednn.h"

namespace plumbline {

EngineInfo GetEngineInfo() { return {onednn::Version(), onednn::EffectiveIsaName()}; }

}  // namespace plumbline
