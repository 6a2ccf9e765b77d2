"""Protobuf through the system's protoc.

Messages are included by their path from the root (`#include "dsl/model.pb.h"`), and a file imports
another the same way (`import "dsl/ops.proto";`).
"""

def _sources_of(label):
    """The label of the .proto files of a plumbline_proto_library, with those it imports."""
    if ":" not in label:
        label = label + ":" + label.split("/")[-1]
    return label + "_sources"

def plumbline_proto_library(name, srcs, deps = [], visibility = None, testonly = None):
    """A cc_library with the messages of some .proto files of this package.

    Args:
      name: of the cc_library. `NAME_sources` is a filegroup of the .proto files and all they import.
      srcs: .proto files of this package.
      deps: the plumbline_proto_library targets that srcs import from.
      visibility: as usual.
      testonly: as usual.
    """
    sources = name + "_sources"
    native.filegroup(
        name = sources,
        srcs = srcs + [_sources_of(dep) for dep in deps],
        testonly = testonly,
        visibility = visibility,
    )
    stems = [src[:-len(".proto")] for src in srcs]
    headers = [stem + ".pb.h" for stem in stems]
    bodies = [stem + ".pb.cc" for stem in stems]
    native.genrule(
        name = name + "_generated",
        srcs = srcs + [":" + sources],
        outs = headers + bodies,
        cmd = "protoc --proto_path=. --cpp_out=$(GENDIR) " +
              " ".join(["$(location %s)" % src for src in srcs]),
        message = "Generating messages of",
        testonly = testonly,
        visibility = ["//visibility:private"],
    )
    native.cc_library(
        name = name,
        srcs = bodies,
        hdrs = headers,
        # The generated code is not ours to fix.
        copts = ["-Wno-unused-parameter"],
        testonly = testonly,
        visibility = visibility,
        deps = deps + ["//third_party:protobuf"],
    )
