"""Tests of ops, each run with the processor's own instruction set and with AVX2."""

def op_test(name, deps = [], **kwargs):
    """A cc_test NAME of NAME.cc, and NAME_avx2, which caps oneDNN and the kernels to AVX2.

    Args:
      name: of the test; the source is NAME.cc.
      deps: beyond the case, the ops and GoogleTest.
      **kwargs: of cc_test.
    """
    library = name + "_library"
    native.cc_library(
        name = library,
        testonly = True,
        srcs = [name + ".cc"],
        alwayslink = True,
        deps = deps + [
            ":op_case",
            "//compiler/ir:graph",
            "//ops:all_ops",
            "//third_party:absl",
            "//third_party:gtest_main",
        ],
    )
    native.cc_test(name = name, size = "small", deps = [":" + library], **kwargs)
    native.cc_test(
        name = name + "_avx2",
        size = "small",
        env = {"ONEDNN_MAX_CPU_ISA": "AVX2"},
        deps = [":" + library],
        **kwargs
    )
