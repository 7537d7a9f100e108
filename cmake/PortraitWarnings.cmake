# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# Warnings, sanitizers and floating-point rules as one interface target. -ffp-contract=off: the same
# bytes whatever the optimiser would fuse.
add_library(portrait_flags INTERFACE)
target_compile_definitions(portrait_flags INTERFACE _GNU_SOURCE)
target_compile_options(portrait_flags INTERFACE
  -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith
  -Wwrite-strings -Wvla -Wformat=2 -Wundef -fno-strict-aliasing -ffp-contract=off)
if(PORTRAIT_WERROR)
  target_compile_options(portrait_flags INTERFACE -Werror)
endif()
if(PORTRAIT_SANITIZE)
  target_compile_options(portrait_flags INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(portrait_flags INTERFACE -fsanitize=address,undefined)
endif()
