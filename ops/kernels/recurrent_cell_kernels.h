// The variants of the kernels of recurrent_cell.h.
#ifndef PLUMBLINE_OPS_KERNELS_RECURRENT_CELL_KERNELS_H_
#define PLUMBLINE_OPS_KERNELS_RECURRENT_CELL_KERNELS_H_

#include "ops/kernels/recurrent_cell.h"

namespace plumbline {

namespace generic {
extern const RecurrentCellKernels kRecurrentCell;
}
namespace avx2 {
extern const RecurrentCellKernels kRecurrentCell;
}
namespace avx512 {
extern const RecurrentCellKernels kRecurrentCell;
}

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_RECURRENT_CELL_KERNELS_H_
