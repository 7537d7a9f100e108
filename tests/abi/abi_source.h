// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The config struct of the test source, which tests of the config read as the plugin would.
#ifndef PORTRAIT_TEST_ABI_SOURCE_H
#define PORTRAIT_TEST_ABI_SOURCE_H

#include <portrait/option.h>

#define ABI_SOURCE_BATCH 64

struct abi_source_limits {
    int64_t low;
    int64_t high;
};

struct abi_source_config {
    uint8_t flag;
    int32_t mode;
    int64_t rows;
    double share;
    const char *label;
    int64_t buffer;
    int64_t window;
    int64_t since;
    const char *column;
    const char *where;
    uint32_t key;
    const char *password;
    struct pt_input *path;
    pt_list names;
    pt_list inputs;
    pt_map fields;
    struct abi_source_limits limits;
    pt_list ranges;
    int64_t amount;
};

#endif
