"""Libraries of kernels that are compiled once for each instruction set (see vector.h)."""

# The order of the functions' rounding is written in the source, so contraction is off; neither
# errno nor floating-point traps are read.
_COMMON = ["-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"]

_VARIANTS = {
    "generic": [],
    "avx2": ["-mavx2", "-mfma"],
    "avx512": ["-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mavx2", "-mfma"],
}

def kernel_library(name, kernel_srcs, srcs, hdrs, kernel_hdrs = [], deps = [], visibility = None):
    """A library NAME whose kernels exist once for each instruction set.

    Args:
      name: of the library.
      kernel_srcs: compiled three times, each with PLUMBLINE_KERNEL_ISA = generic, avx2 or avx512,
        the namespace inside `plumbline` that must hold everything they define.
      srcs: compiled once; they choose among the variants (SelectForIsa in isa.h).
      hdrs: public headers.
      kernel_hdrs: headers shared by srcs and kernel_srcs only.
      deps: of all of them, beside //ops/kernels:isa.
      visibility: of the library.
    """
    deps = deps + ["//ops/kernels:isa"]
    variants = []
    for isa, flags in _VARIANTS.items():
        variant = name + "_" + isa
        variants.append(":" + variant)
        native.cc_library(
            name = variant,
            srcs = kernel_srcs,
            hdrs = hdrs + kernel_hdrs,
            copts = _COMMON + flags + ["-DPLUMBLINE_KERNEL_ISA=" + isa],
            deps = deps,
            visibility = ["//visibility:private"],
        )
    native.cc_library(
        name = name,
        srcs = srcs + kernel_hdrs,
        hdrs = hdrs,
        deps = deps + variants,
        visibility = visibility,
    )
