"""The libraries behind PyTorch in this process, on which its speed depends."""

import re

import torch


def loaded():
    """The names of the shared libraries of this process; none where there is no /proc."""
    try:
        with open("/proc/self/maps") as maps:
            return {line.rsplit("/", 1)[-1].strip() for line in maps if ".so" in line}
    except OSError:
        return set()


def first(*names, otherwise):
    """The first of these libraries that is loaded, with the version in its name."""
    files = sorted(loaded())
    found = (file.split(".so")[0] for name in names for file in files if file.startswith(name))
    return next(found, otherwise)


def one_dnn():
    """Some builds call it MKL-DNN, its former name."""
    version = re.search(r"(?:oneDNN|MKL-DNN) v(\S+)", torch.__config__.show())
    return version.group(1) if version else "none"


def libraries():
    instructions = re.search(r"CPU capability usage: (\S+)", torch.__config__.show())
    return {
        "oneDNN": one_dnn(),
        "BLAS": first("libopenblas", "libmkl_core", "libblis", "libblas", otherwise="built in"),
        "OpenMP": first("libiomp", "libomp", "libgomp", otherwise="unknown"),
        "allocator": first("libjemalloc", "libtcmalloc", "libmimalloc", otherwise="malloc of the C library"),
        "instructions": instructions.group(1) if instructions else "unknown",
    }
